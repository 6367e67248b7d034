package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;

/** Where a corpus writes its rows. */
@FunctionalInterface
public interface RowWriters {
  /** Opens one file of a table; closed by who opened it. */
  <R extends Record> RowWriter<R> open(TableSpec<R> table) throws IOException;
}
