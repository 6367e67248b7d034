package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.config.ConfigReader;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Holds the commands that people copy and the keys of the jobs together: those of README.md, which
 * {@code .ci/readme.py} runs as well, and those at the heads of conf/jobs.
 */
class ReadmeCommandsTest {
  private static final Path CLONE = Path.of("..");

  /** What the shell or HOCON makes of these does not matter here. */
  private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\([^)]*\\)");

  /** A command of a file, from the job on. */
  record Command(String file, List<String> words) {
    @Override
    public String toString() {
      return file + ": " + String.join(" ", words);
    }
  }

  static List<Command> commands() throws IOException {
    List<Path> files = new ArrayList<>(List.of(CLONE.resolve("README.md")));
    try (Stream<Path> jobs = Files.list(CLONE.resolve("conf/jobs"))) {
      jobs.sorted().forEach(files::add);
    }
    List<Command> commands = new ArrayList<>();
    for (Path file : files) {
      Matcher lines =
          Pattern.compile("(?m)^(?:# +)?(?:\\w+=\\S* )*spark-submit .*microtome\\.jar (\\S.*)$")
              .matcher(Files.readString(file).replaceAll("\\\\\n(?:# )?", " "));
      while (lines.find()) {
        String line = SUBSTITUTION.matcher(lines.group(1)).replaceAll("example");
        commands.add(
            new Command(
                file.getFileName().toString(),
                List.copyOf(CollectionConverters.asJava(Utils.splitCommandString(line)))));
      }
    }
    return commands;
  }

  /** In README.md or in the file of its keys. */
  @Test
  void everyJobHasACommand() throws IOException {
    List<String> documented = new ArrayList<>();
    for (Job<?, ?> job : Jobs.onClassPath().all()) {
      if (Files.exists(CLONE.resolve("conf/jobs/" + job.name() + ".conf"))) {
        documented.add(job.name());
      }
    }
    assertThat(jobsOf("[^R].*")).containsAll(documented);
    assertThat(jobsOf("README.md"))
        .contains("erase", "train-probe", "search-contrast", "tpr-gap", "run-all");
  }

  /** The first words of the commands of files with such names. */
  private static List<String> jobsOf(String files) throws IOException {
    return commands().stream()
        .filter(command -> command.file().matches(files))
        .map(command -> command.words().get(0))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void itsKeysAreTheJobs(Command command) {
    Job<?, ?> job = Jobs.onClassPath().named(command.words().get(0));
    Optional<String> file = Optional.empty();
    List<String> sets = new ArrayList<>();
    Optional<String> output = Optional.empty();
    List<String> words = command.words();
    for (int i = 1; i < words.size(); i++) {
      switch (words.get(i)) {
        case "--set" -> sets.add(words.get(++i));
        case "--config" -> file = Optional.of(CLONE.resolve(words.get(++i)).toString());
        case "--output" -> output = Optional.of(words.get(++i));
        default -> assertThat(words.get(i)).isEqualTo("--dry-run");
      }
    }
    assertThat(output).isPresent();
    assertThat(
            ConfigReader.read(
                    job.configType(),
                    file,
                    sets,
                    Map.of("output", output.orElseThrow()),
                    new LocalFileStore())
                .value())
        .isNotNull();
  }
}
