package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A Spark installation made of the Maven artifacts: {@code jars/} and a {@code RELEASE} file are
 * all that Spark asks for.
 */
record SparkHome(Path folder) {
  private static final String SUBMIT = "org.apache.spark.deploy.SparkSubmit";

  /** The home that the build staged beside the shaded jar. */
  static SparkHome staged() throws IOException {
    Path jars = Path.of(required("spark.jars.folder"));
    Path release = jars.resolveSibling("RELEASE");
    Files.writeString(release, "Spark from Maven artifacts\n");
    return new SparkHome(jars.getParent());
  }

  static Path applicationJar() {
    return Path.of(required("microtome.jar"));
  }

  /**
   * The command of {@code spark-submit} with these options, followed by the application jar and its
   * arguments.
   */
  List<String> submitCommand(List<String> sparkOptions, List<String> jobArguments) {
    List<String> command = java("-Xmx1g", SUBMIT);
    command.addAll(sparkOptions);
    command.add(applicationJar().toString());
    command.addAll(jobArguments);
    return command;
  }

  /** Starts a command with the environment of this home; output and errors go to one file. */
  Process start(List<String> command, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME", folder.toString(),
                "SPARK_SCALA_VERSION", "2.13",
                "SPARK_LOCAL_IP", "127.0.0.1",
                "SPARK_NO_DAEMONIZE", "1"));
    return builder.start();
  }

  /** {@code java} with Spark's class path and module options. */
  List<String> java(String heap, String mainClass) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
    command.add(heap);
    command.add("-cp");
    command.add(folder.resolve("jars") + "/*");
    command.add(mainClass);
    return command;
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalStateException("run by failsafe, which sets -D" + property);
    }
    return value;
  }
}
