package dev.microtome.jobs;

import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;

/** Where a part writes. Its files are kept only if this attempt is the one that counts. */
public interface PartOutput {
  /**
   * Opens a Parquet file of this part and table. Closed by the runner if the task does not.
   *
   * @param section distinguishes several files that one part writes to one table, such as a hook's
   *     address; empty for a single one
   */
  <R extends Record> RowWriter<R> writer(TableSpec<R> table, String section) throws IOException;

  /**
   * Opens a file of one of the job's {@link Job#artifacts}. It becomes the part's when it is
   * closed, which the task must do. No other part may write the same path.
   *
   * @param path inside the run, such as {@code model/two-layer/step-100/config.json}
   * @throws IllegalArgumentException when the path leaves the artifact or was written before
   */
  OutputStream artifact(String path) throws IOException;
}
