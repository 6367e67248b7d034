package dev.microtome.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;

/** A file of {@code run-all}, submitted through Spark's own {@code SparkSubmit} on this machine. */
public final class Pipeline {
  private static final String HEAP = "-Xmx2g";

  private final Path file;
  private final Path output;
  private final Path sparkJars;
  private final Path applicationJar;

  /**
   * A pipeline that has not run yet.
   *
   * @param file the HOCON file
   * @param output folder that everything is written to
   * @param sparkJars folder of Spark's jars
   * @param applicationJar jar of the jobs
   */
  public Pipeline(Path file, Path output, Path sparkJars, Path applicationJar) {
    this.file = file;
    this.output = output.toAbsolutePath().normalize();
    this.sparkJars = sparkJars;
    this.applicationJar = applicationJar;
  }

  /**
   * Runs every step; one that fails stops those that need it.
   *
   * @param arguments configuration file, output folder, folder of Spark's jars, application jar
   * @throws IllegalStateException when a step fails; what it printed says why
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    new Pipeline(
            Path.of(arguments[0]),
            Path.of(arguments[1]),
            Path.of(arguments[2]),
            Path.of(arguments[3]))
        .run();
  }

  /**
   * Runs every step; one that fails stops those that need it.
   *
   * @throws IllegalStateException when a step failed; what it printed says why
   */
  public void run() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(
        List.of(
            HEAP,
            "-Dlog4j2.configurationFile="
                + file.resolveSibling("spark").resolve("log4j2.properties"),
            "-cp",
            sparkJars + "/*",
            "org.apache.spark.deploy.SparkSubmit"));
    command.addAll(
        List.of(
            "--master",
            "local[*]",
            "--conf",
            "spark.ui.enabled=false",
            "--conf",
            "spark.driver.bindAddress=127.0.0.1",
            "--conf",
            "spark.driver.host=127.0.0.1"));
    command.addAll(
        List.of(
            applicationJar.toString(),
            "run-all",
            "--config",
            file.toString(),
            "--output",
            output.toString()));
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    process.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    int code = process.start().waitFor();
    if (code != 0) {
      throw new IllegalStateException(
          "%s ended with exit code %d".formatted(file.getFileName(), code));
    }
  }
}
