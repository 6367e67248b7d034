package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One {@code spark-submit} process and what it printed. */
final class Submission implements AutoCloseable {
  private static final long LIMIT_MINUTES = 5;

  private final Process process;
  private final Path output;

  private Submission(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Options of {@code spark-submit} for two cores of this machine, without a user interface. */
  static List<String> local() {
    return List.of(
        "--master", "local[2]",
        "--driver-memory", "1g",
        "--conf", "spark.driver.host=127.0.0.1",
        "--conf", "spark.driver.bindAddress=127.0.0.1",
        "--conf", "spark.ui.enabled=false");
  }

  static Submission start(
      SparkHome home, List<String> sparkOptions, List<String> jobArguments, Path output)
      throws IOException {
    return new Submission(
        home.start(home.submitCommand(sparkOptions, jobArguments), output), output);
  }

  /** Waits for the end and returns the exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          "still running after " + LIMIT_MINUTES + " minutes:\n" + output());
    }
    return process.exitValue();
  }

  /** Waits until the condition holds; returns whether it did before the process ended. */
  boolean reaches(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        return condition.getAsBoolean();
      }
    }
    return true;
  }

  /**
   * Kills the driver as {@code kill -9} does, unless it ends within the time; returns whether it
   * was killed.
   */
  boolean killAfter(long milliseconds) throws InterruptedException {
    if (process.waitFor(milliseconds, TimeUnit.MILLISECONDS)) {
      return false;
    }
    process.destroyForcibly().waitFor();
    return true;
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
