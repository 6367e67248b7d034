package dev.microtome.table;

import java.io.Closeable;
import java.io.IOException;

/** Appends rows to one file of a table. Not safe for use by several threads. */
public interface RowWriter<R extends Record> extends Closeable {
  void write(R row) throws IOException;
}
