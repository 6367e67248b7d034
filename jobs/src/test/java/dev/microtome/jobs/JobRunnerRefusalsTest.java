package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run that is refused says and leaves. */
class JobRunnerRefusalsTest extends RangeRuns {
  @Test
  void refusedInputInATaskIsOneLineAndLeavesNothing() throws IOException {
    assertThat(range("--set", "trouble=refused-input", "--set", "part-size=100")).isEqualTo(2);

    assertThat(refused()).isEqualTo("ERROR: number 1 is refused\n");
    assertThat(tree(output)).isEmpty();
  }

  @Test
  void nullInARowNamesTheColumn() {
    assertThat(range("--set", "trouble=null-value")).isEqualTo(3);

    assertThat(refused()).contains("column label of a row is null");
  }

  @Test
  void outputThatOnlyTheRefusedRunMadeIsRemoved() throws IOException {
    Files.delete(output);

    assertThat(range("--set", "trouble=refused-input", "--set", "part-size=100")).isEqualTo(2);

    assertThat(output).doesNotExist();
  }

  @Test
  void refusalThatMayPassKeepsFinishedPartsAndOneThatCannotKeepsNothing() throws IOException {
    assertThat(range("--set", "trouble=refused-input", "--set", "trouble-part=4")).isEqualTo(2);
    assertThat(tree(output)).isNotEmpty();
    assertThat(printed()).contains("once it is not refused any more, the same command resumes it");

    assertThat(range("--set", "trouble=rejected-row", "--set", "trouble-part=4")).isEqualTo(2);
    assertThat(printed()).doesNotContain("resumes it");
    try (Stream<Path> runs = Files.list(output)) {
      assertThat(runs).hasSize(1);
    }
  }

  @Test
  void outputThatIsAFileIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");

    assertThat(microtome("range", "--set", "count=1", "--output", file.resolve("runs").toString()))
        .isEqualTo(2);

    assertThat(refused()).startsWith("ERROR: Cannot write to output file:" + file);

    assertThat(microtome("range", "--set", "count=1", "--output", file.toString())).isEqualTo(2);

    assertThat(refused())
        .contains(
            "ERROR: Cannot read output file:%s: %s is a file, a folder is needed"
                .formatted(file, file));
  }

  @Test
  void valueOutOfRangeNamesKeyValueAndPlace(@TempDir Path folder) throws IOException {
    Path config = Files.writeString(folder.resolve("c.conf"), "\n\ncount = 0\n");

    assertThat(microtome("range", "--config", config.toString(), "--output", output.toString()))
        .isEqualTo(2);

    assertThat(refused())
        .isEqualTo("ERROR: count: invalid value 0: must be at least 1 (" + config + ", line 3)\n");
    assertThat(tree(output)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--output, '', --output: a path is needed",
    "--output, foo://x/y, '--output: foo://x/y: no file system ''foo:'' on the class path'",
    "--output, gpt2:main, '--output: gpt2:main: not a path: ''gpt2:'' needs an absolute path behind it'",
    "--set, input=\"gpt2:main\", 'input: gpt2:main: not a path: '",
    "--set, input=\"foo://x/a.txt\", 'input: foo://x/a.txt: no file system ''foo:'''",
    "--config, foo://x/c.conf, 'Configuration file foo://x/c.conf: no file system ''foo:'''"
  })
  void pathThatIsNoneIsRefusedInOneLineThatNamesTheOption(
      String option, String value, String message) {
    assertThat(
            option.equals("--output")
                ? microtome("range", "--set", "count=1", option, value)
                : range(option, value))
        .as(refused())
        .isEqualTo(2);

    assertThat(refused()).startsWith("ERROR: " + message).hasLineCount(1);
  }

  @Test
  void refusalIsTheLastLineBelowItsStackTrace() {
    assertThat(range("--set", "trouble=refused-input", "--stacktrace")).isEqualTo(2);

    assertThat(refused())
        .startsWith("dev.microtome.run.InputException")
        .endsWith("\nERROR: number 1 is refused\n");
  }
}
