package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkSubmitArguments;
import org.apache.spark.internal.config.ConfigEntry;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.collection.immutable.Map$;
import scala.jdk.javaapi.CollectionConverters;

/** Holds the commands of conf/schedule, spark-submit's own reading of them and ours together. */
class ScheduleFilesTest {
  private static final Path CONF = Path.of("../conf");

  /** Where Spark names its settings; a name that none of these has is a slip of the pen. */
  private static final List<String> SETTINGS =
      List.of("package$", "UI$", "Network$", "Status$", "Deploy$", "Worker$", "History$");

  /**
   * YARN's, Kubernetes' and S3A's own, which are not on the class path, what a sink is told, and
   * one that Spark reads without a declaration.
   */
  private static final Pattern ELSEWHERE =
      Pattern.compile(
          "spark\\.(yarn|kubernetes|metrics\\.conf)\\..*|spark\\.hadoop\\.fs\\.s3a\\.endpoint\\.region"
              + "|spark\\.master");

  private static final String HADOOP = "spark.hadoop.";
  private static final String EXAMPLE = "EXAMPLE";

  @TempDir private Path folder;

  /** A command of a file, as the shell would split it. */
  record Command(String file, List<String> words) {
    @Override
    public String toString() {
      return file + ": " + String.join(" ", words);
    }
  }

  static List<Command> commands() throws IOException {
    List<Command> commands = new ArrayList<>();
    Properties environment = new Properties();
    environment.load(new StringReader(Files.readString(CONF.resolve("schedule/nightly.env"))));
    String options = environment.getProperty("MICROTOME_SPARK");
    try (Stream<Path> files = Files.list(CONF.resolve("schedule"))) {
      for (Path file : files.sorted().toList()) {
        Files.readString(file)
            .replace("\\\n", " ")
            .lines()
            .filter(line -> line.contains("bin/spark-submit") && !line.startsWith("#"))
            .map(line -> new Command(file.getFileName().toString(), words(line, options)))
            .forEach(commands::add);
      }
    }
    return commands;
  }

  /**
   * From behind spark-submit to a redirection, with an example for each of the shell's variables.
   */
  private static List<String> words(String line, String options) {
    String command =
        line.replace("$MICROTOME_SPARK", options)
            .replaceFirst(".*bin/spark-submit\"? ", "")
            .replaceFirst(" > .*", "")
            .replaceAll("\\$\\{KUBERNETES_HOST[^}]*\\}", "127.0.0.1:6443")
            .replaceAll("\\$\\{\\w+:\\+([^}]*)\\}", "$1") // given where the variable is set
            .replaceAll("\\$\\{\\w+[^}]*\\}|\\$\\w+", EXAMPLE)
            .replace("\"", "");
    return Stream.of(command.trim().split("\\s+", -1))
        .map(word -> word.startsWith("conf/") ? "../" + word : word)
        .toList();
  }

  @Test
  void everyFileWithACommandIsLookedAt() throws IOException {
    assertThat(commands())
        .extracting(Command::file)
        .containsExactly("crontab", "kubernetes-submit.sh", "microtome.service", "yarn-submit.sh");
  }

  /** Spark refuses an option that it does not have, a file of settings that is not there. */
  @ParameterizedTest
  @MethodSource("commands")
  void sparkSubmitTakesItsOptionsAndWeTakeOurs(Command command) throws IOException {
    SparkSubmitArguments parsed =
        new SparkSubmitArguments(
            CollectionConverters.asScala(command.words()).toSeq(),
            Map$.MODULE$.from(
                CollectionConverters.asScala(Map.of("HADOOP_CONF_DIR", folder.toString()))));
    assertThat(parsed.primaryResource()).endsWith("microtome.jar");
    assertThat(parsed.mainClass()).isIn(null, Main.class.getName());
    assertThat(parsed.master()).isNotEmpty();
    assertUnknown(CollectionConverters.asJava(parsed.sparkProperties()).keySet()).isEmpty();
    assertDryRun(CollectionConverters.asJava(parsed.childArgs()));
  }

  @Test
  void theOperatorsManifestHasACommandAndSettingsThatExist() throws IOException {
    String manifest = Files.readString(CONF.resolve("schedule/kubernetes.yaml"));
    assertThat(manifest).contains("mainClass: " + Main.class.getName() + "\n");
    Matcher arguments = Pattern.compile("arguments: \\[(.*)\\]").matcher(manifest);
    assertThat(arguments.find()).isTrue();
    assertDryRun(List.of(arguments.group(1).replace("\"", "").split(", ", -1)));
    Set<String> keys = new TreeSet<>();
    Matcher settings = Pattern.compile("(?m)^      ((?:spark|fs)\\.[\\w.]+): ").matcher(manifest);
    while (settings.find()) {
      keys.add(settings.group(1).replaceFirst("^fs\\.", "spark.hadoop.fs."));
    }
    assertThat(keys).hasSizeGreaterThan(5);
    assertUnknown(keys).isEmpty();
  }

  /** Those that are commented out as well. */
  @ParameterizedTest
  @ValueSource(strings = {"local.conf", "cluster.conf", "managed.conf"})
  void everySettingOfAFileIsOne(String file) throws IOException {
    Properties settings = new Properties();
    settings.load(
        new StringReader(
            Files.readString(CONF.resolve("spark").resolve(file))
                .replaceAll("(?m)^# (spark\\.\\S+ {2,})", "$1")));
    assertThat(settings).isNotEmpty();
    assertUnknown(settings.stringPropertyNames()).isEmpty();
  }

  private static ListAssert<String> assertUnknown(Set<String> keys) throws IOException {
    for (String settings : SETTINGS) {
      try {
        Class<?> unused = Class.forName("org.apache.spark.internal.config." + settings);
      } catch (ClassNotFoundException e) {
        throw new AssertionError(e);
      }
    }
    String hadoops;
    try (InputStream defaults =
        Configuration.class.getClassLoader().getResourceAsStream("core-default.xml")) {
      hadoops = new String(defaults.readAllBytes(), StandardCharsets.UTF_8);
    }
    return assertThat(
        keys.stream()
            .filter(
                key ->
                    !ELSEWHERE.matcher(key).matches()
                        && (key.startsWith(HADOOP)
                            ? !hadoops.contains(
                                "<name>" + key.substring(HADOOP.length()) + "</name>")
                            : ConfigEntry.findEntry(key) == null))
            .sorted()
            .toList());
  }

  /** Runs our part of a command, in a folder of this test, as far as its plan. */
  private void assertDryRun(List<String> words) {
    List<String> arguments = new ArrayList<>();
    for (String word : words) {
      String before = arguments.isEmpty() ? "" : arguments.get(arguments.size() - 1);
      arguments.add(
          switch (before) {
            case "--output" -> folder.toString();
            case "--config" -> CONF.resolve(Path.of(word).getFileName()).toString();
            default -> word;
          });
    }
    arguments.add("--dry-run");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    assertThat(Main.run(out, out, arguments.toArray(String[]::new)))
        .as(said.toString(StandardCharsets.UTF_8))
        .isZero();
  }
}
