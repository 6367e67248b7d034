package dev.microtome.table;

import java.io.Closeable;
import java.util.Iterator;

/**
 * Rows of one file, in file order. Not safe for use by several threads. A failing disk is an {@link
 * java.io.UncheckedIOException}, a corrupt file a {@link dev.microtome.run.InputException} that
 * names the file.
 */
public interface RowReader<R extends Record> extends Iterator<R>, Closeable {}
