package dev.microtome.table;

import java.io.Closeable;
import java.io.IOException;

/** Appends rows to one file of a table. Not safe for use by several threads. */
public interface RowWriter<R extends Record> extends Closeable {
  /**
   * Appends a row. It may be encoded later, on another thread: arrays in it belong to the writer
   * from here on and must not be changed.
   */
  void write(R row) throws IOException;
}
