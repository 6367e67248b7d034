package dev.microtome.jobs;

import dev.microtome.run.FileStore;
import java.util.OptionalInt;

/** What a {@link PartTask} may use on the executor that runs it. */
public interface PartContext extends PartOutput {
  /** Position of the part in {@link Plan#parts()}. */
  int index();

  /** Files of the cluster: any Hadoop path. */
  FileStore files();

  /** What the part keeps over a kill, for parts that take long. */
  Workspace workspace();

  /** What stages of the run pass to each other. */
  Relay relay();

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
