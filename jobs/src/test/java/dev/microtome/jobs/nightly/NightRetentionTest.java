package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class NightRetentionTest {
  @TempDir private Path folder;

  private JobRun night(int count, String... arguments) throws IOException {
    Path file = folder.resolve("nightly.conf");
    Files.writeString(
        file,
        """
        retention.keep = 1
        jobs = [
          { name = a, job = range, configuration { count = %d } }
          { name = b, job = range, configuration { count = 3 } }
        ]
        """
            .formatted(count));
    return JobRun.of(
            "run-all",
            folder.resolve("nights"),
            Stream.concat(Stream.of("--config=" + file), Stream.of(arguments)).toList())
        .succeeded();
  }

  private long runs(String output) throws IOException {
    try (Stream<Path> entries = Files.list(folder.resolve("nights").resolve(output))) {
      return entries.filter(path -> path.getFileName().toString().matches("\\d{4}-.*")).count();
    }
  }

  /** Nights that were cut short would else push whole ones out. */
  @Test
  void aPartOfTheStepsRemovesNothing() throws IOException {
    night(5);
    assertThat(night(6, "--only=b").out()).doesNotContain("removed ");
    assertThat(runs(".")).isEqualTo(2);

    assertThat(night(7).out()).contains("removed ");
    assertThat(runs(".")).isEqualTo(1);
  }

  /** What somebody has made in the same folder by hand. */
  @Test
  void aNightRemovesNoRunsButThoseOfItsSteps() throws IOException {
    for (int count : new int[] {5, 6}) {
      JobRun.of("range", folder.resolve("nights/mine"), List.of("count=" + count)).succeeded();
    }
    night(5);
    assertThat(night(6, "--dry-run").out()).doesNotContain("nights/mine");
    assertThat(night(6).out()).contains("removed ").doesNotContain("nights/mine");

    assertThat(runs("a")).isEqualTo(1);
    assertThat(runs("mine")).isEqualTo(2);
  }
}
