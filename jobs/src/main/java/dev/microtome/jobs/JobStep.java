package dev.microtome.jobs;

import java.io.IOException;
import java.util.List;

/** One job with its configuration and its output folder. */
public interface JobStep {
  String job();

  /** Folder of its runs, qualified. */
  String output();

  /** Every path among its keys, qualified where a file system knows it. */
  List<String> inputs();

  /**
   * What {@link #run} would do now. Opens the inputs; needs no Spark.
   *
   * @throws dev.microtome.run.InputException when an input or a value is refused
   */
  Forecast forecast() throws IOException;

  /**
   * Runs the job unless it has been run.
   *
   * @param place where among the others it is, for the progress display
   * @throws dev.microtome.run.InputException when an input or a value is refused
   * @throws IOException when a file system or a part failed
   */
  JobOutcome run(StepPlace place) throws IOException;
}
