package dev.microtome.jobs.quickstart;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * What {@code mvn -Pquickstart package} runs after the build: makes a corpus and a model, then
 * submits each job of {@code conf/quickstart.conf} through Spark's own {@code SparkSubmit} on this
 * machine, as a user would, and shows the first rows.
 */
public final class QuickStart {
  private static final String HEAP = "-Xmx2g";

  private final Path output;
  private final Path sparkJars;
  private final Path applicationJar;
  private final Path logging;

  private QuickStart(Path configuration, Path output, Path sparkJars, Path applicationJar) {
    this.logging = configuration.resolveSibling("spark").resolve("log4j2.properties");
    this.output = output;
    this.sparkJars = sparkJars;
    this.applicationJar = applicationJar;
  }

  /**
   * Runs the quick start.
   *
   * @param arguments configuration file, output folder, folder of Spark's jars, application jar
   * @throws IllegalStateException when a job fails; what it printed says why
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path output = Path.of(arguments[1]).toAbsolutePath().normalize();
    Config config =
        ConfigFactory.parseFile(new File(arguments[0]))
            .withValue("output", ConfigValueFactory.fromAnyRef(output.toString()))
            .resolve();
    QuickStart quickStart =
        new QuickStart(Path.of(arguments[0]), output, Path.of(arguments[2]), Path.of(arguments[3]));
    quickStart.makeInputs(config);
    for (Config job : config.getConfigList("jobs")) {
      quickStart.submit(job);
    }
    FirstRows.print(output);
  }

  private void makeInputs(Config config) throws IOException {
    Config corpus = config.getConfig("corpus");
    Map<String, String> texts =
        SmallCorpus.files(
            corpus.getLong("seed"), corpus.getInt("files"), corpus.getInt("stories-per-file"));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      writeIfChanged(output.resolve("corpus").resolve(text.getKey()), text.getValue());
    }
    WordTokenizer tokenizer = WordTokenizer.of(texts.values());
    Path model = output.resolve("model");
    writeIfChanged(model.resolve("tokenizer.json"), tokenizer.json());
    RandomModel.of(config.getConfig("model"), tokenizer).write(model);
  }

  private void submit(Config job) throws IOException, InterruptedException {
    String name = job.getString("name");
    Path configuration = output.resolve(name + ".conf");
    String text =
        job.getConfig("configuration")
            .root()
            .render(ConfigRenderOptions.defaults().setOriginComments(false));
    Files.writeString(configuration, text);

    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(
        List.of(
            HEAP,
            "-Dlog4j2.configurationFile=" + logging,
            "-cp",
            sparkJars + "/*",
            "org.apache.spark.deploy.SparkSubmit"));
    command.addAll(List.of("--master", "local[*]", "--conf", "spark.ui.enabled=false"));
    command.addAll(
        List.of(
            "--conf",
            "spark.driver.bindAddress=127.0.0.1",
            "--conf",
            "spark.driver.host=127.0.0.1"));
    command.addAll(List.of(applicationJar.toString(), job.getString("job")));
    command.addAll(
        List.of("--config", configuration.toString(), "--output", output.resolve(name).toString()));
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    process.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    int code = process.start().waitFor();
    if (code != 0) {
      throw new IllegalStateException(
          "step '" + name + "' of the quick start ended with exit code " + code);
    }
  }

  /**
   * A file that is already as it should be keeps its time, so that a second quick start finds
   * everything up to date.
   */
  static void writeIfChanged(Path file, String text) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
  }
}
