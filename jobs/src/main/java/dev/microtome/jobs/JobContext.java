package dev.microtome.jobs;

import dev.microtome.run.FileStore;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.time.Clock;
import java.util.function.Consumer;

/**
 * What a job may use while it runs on the driver. A run has one stage or several, one after the
 * other; a resumed run keeps the finished parts of each.
 */
public interface JobContext {
  /**
   * Runs the task on every part that is not finished yet, over the cluster; returns when all parts
   * are committed. Once a run: the other stages have names.
   */
  <P extends Serializable> void runParts(Plan<P> plan, PartTask<P> task);

  /**
   * The same for a further stage, with a plan of its own. Its files are called after it, {@code
   * TABLE/STAGE-00007.parquet}.
   *
   * @param stage snake_case, used once in a run
   */
  <P extends Serializable> void runStage(String stage, Plan<P> plan, PartTask<P> task);

  /**
   * A stage of one part that runs here, on the driver: for a table of hundreds of rows. Not run
   * again when a resumed run finds it finished.
   *
   * @param stage snake_case, used once in a run
   */
  void runOnDriver(String stage, DriverTask task);

  /**
   * A table as the finished stages of this run have written it: public or internal, for the parts
   * of a later stage.
   */
  TableInput written(TableSpec<?> table);

  /** Reads the rows of {@link #written}, in the order of files and rows. */
  <R extends Record> void forEachRow(TableSpec<R> table, Consumer<R> action) throws IOException;

  /** Folder of the runs, qualified. */
  String output();

  /**
   * Says what a person should look at though the run goes on: at once in the log, and in the
   * summary of the run, in its manifest and in that of a night.
   */
  void warn(String message);

  /** Where people read how the command goes. */
  PrintStream out();

  Clock clock();

  /** Jobs that this one runs. */
  JobSteps steps();

  /**
   * What to do once the run is verified, {@code latest} names it and the lease of the output is
   * given back, with the folder of the run. What it throws is how the command ends; the run stays.
   */
  void afterwards(Consumer<String> action);

  /** What stages of the run pass to each other. */
  Relay relay();

  /** Files of the cluster: any Hadoop path. */
  FileStore files();

  /** Reads rows of a Parquet file. */
  TableReader tables();
}
