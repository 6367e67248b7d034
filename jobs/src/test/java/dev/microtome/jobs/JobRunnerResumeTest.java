package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a run that was killed or failed. */
class JobRunnerResumeTest extends RangeRuns {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void resumeAfterAnyLossGivesTheSameFiles(long seed) throws IOException {
    range();
    Path run = latest();
    List<String> before = contents(run.resolve("numbers"));
    Random random = new Random(seed);
    for (Path file : tree(run)) {
      if (!file.endsWith("manifest.json") && random.nextInt(3) == 0) {
        Files.delete(run.resolve(file));
      }
    }
    Files.deleteIfExists(run.resolve("_SUCCESS"));
    unfinish(run);
    Files.writeString(run.resolve("numbers/part-00099.parquet"), "stray");
    Files.createDirectories(run.resolve("_staging/zombie"));
    Files.writeString(run.resolve("_staging/zombie/x.parquet"), "stray");

    assertThat(range()).as(refused()).isZero();

    assertThat(printed()).contains("Resuming run " + run);
    assertThat(latest()).isEqualTo(run);
    assertThat(contents(run.resolve("numbers"))).isEqualTo(before);
    assertThat(run.resolve("_staging")).doesNotExist();
  }

  @Test
  void resumeRedoesAPartWhoseFooterIsDamaged() throws IOException {
    range();
    Path run = latest();
    Files.delete(run.resolve("_SUCCESS"));
    unfinish(run);
    Path file = run.resolve("numbers/part-00003.parquet");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThat(range()).as(refused()).isZero();

    assertThat(printed()).contains("4 of 5 parts are finished");
    assertThat(numbers(run)).isEqualTo(upTo(ROWS));
  }

  @Test
  void killedForcedRunIsResumedByForceAlone() throws IOException {
    range();
    Path first = latest();
    range("--force");
    Path forced = latest();
    Files.delete(forced.resolve("_SUCCESS"));
    Files.writeString(output.resolve("latest"), first.getFileName().toString());
    unfinish(forced);

    assertThat(range()).isZero();
    assertThat(printed()).contains("Up to date");
    assertThat(range("--force")).isZero();

    assertThat(printed()).contains("Resuming run " + forced);
    assertThat(latest()).isEqualTo(forced);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void killedRunIsNotContinuedByAnotherCommand(boolean forced) throws IOException {
    range(forced ? new String[] {"--force"} : new String[0]);
    Path killed = latest();
    Files.delete(killed.resolve("_SUCCESS"));
    Files.delete(output.resolve("latest"));
    unfinish(killed);

    assertThat(range(forced ? new String[0] : new String[] {"--force"})).as(refused()).isZero();

    assertThat(printed()).doesNotContain("Resuming");
    assertThat(latest()).isNotEqualTo(killed);
  }

  @Test
  void partsThatCannotBeReadAreNotTakenForNone() throws IOException {
    range();
    Path run = latest();
    Files.delete(run.resolve("_SUCCESS"));
    Files.delete(output.resolve("latest"));
    Path unreadable = run.resolve("parts/99999.json");
    Files.createSymbolicLink(unreadable, unreadable);

    assertThat(range()).as(refused()).isEqualTo(3);
    assertThat(run.resolve("numbers")).isNotEmptyDirectory();

    Files.delete(unreadable);
    assertThat(range()).as(refused()).isZero();
  }

  @Test
  void failingTaskKeepsFinishedPartsAndNamesPartAndCause() throws IOException {
    assertThat(range("--set", "trouble=broken-code", "--set", "trouble-part=4")).isEqualTo(3);

    assertThat(refused().lines().reduce((a, b) -> b).orElseThrow())
        .startsWith("ERROR: part 4 on executor driver@")
        .endsWith(
            ": number 41 breaks it. Finished parts are kept: the same command resumes the run");
    assertThat(output.resolve("latest")).doesNotExist();
    assertThat(tree(output).stream().filter(file -> file.endsWith("_SUCCESS"))).isEmpty();
    assertThat(tree(output).stream().filter(file -> file.toString().contains("_lease"))).isEmpty();
    assertThat(printed()).contains("the same command resumes it");
  }
}
