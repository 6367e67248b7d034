package dev.microtome.jobs;

import dev.microtome.run.FileStore;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.util.OptionalInt;

/** What a {@link PartTask} may use on the executor that runs it. */
public interface PartContext {
  /** Position of the part in {@link Plan#parts()}. */
  int index();

  /** Files of the cluster: any Hadoop path. */
  FileStore files();

  /**
   * Opens a Parquet file of this part and table. Closed by the runner if the task does not; kept
   * only if this attempt is the one that counts.
   *
   * @param section distinguishes several files that one part writes to one table, such as a hook's
   *     address; empty for a single one
   */
  <R extends Record> RowWriter<R> writer(TableSpec<R> table, String section) throws IOException;

  /** Reads rows of a Parquet file. */
  TableReader tables();

  /** Models of this executor JVM: loaded once, shared by its tasks. */
  ExecutorModels models();

  /** Processor cores that Spark gives the task: {@code spark.task.cpus}. */
  int cores();

  /**
   * Index of the GPU that Spark gives the task ({@code spark.task.resource.gpu.amount}); empty
   * where it gives none.
   */
  OptionalInt gpu();

  /** Reports units done so far in this part, for the progress display only. */
  void progress(long units);
}
