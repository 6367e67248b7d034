package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class CleanCommandTest {
  @TempDir private Path folder;

  private List<String> runs() throws IOException {
    try (Stream<Path> entries = Files.list(folder.resolve("numbers"))) {
      return entries
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private void write(int count) {
    JobRun.of("range", folder.resolve("numbers"), List.of("count=" + count)).succeeded();
  }

  @Test
  void removesOldRunsAfterADryRunHasNamedThem() throws IOException {
    write(5);
    String old = runs().get(0);
    write(6);
    write(7);

    String said = JobRun.of("clean", folder, List.of("--keep=2", "--dry-run")).succeeded().out();
    assertThat(said).contains("would go (older than 2 others)").contains("nothing was removed");
    assertThat(runs()).hasSize(3);

    JobRun.of("clean", folder, List.of("--keep=2")).succeeded();
    assertThat(runs()).hasSize(2).doesNotContain(old);
    assertThat(runs()).contains(Files.readString(folder.resolve("numbers/latest")).strip());
  }

  @Test
  void saysWhatIsMissing() {
    JobRun without = JobRun.of("clean", folder, List.of());
    assertThat(without.code()).isEqualTo(1);
    assertThat(without.err()).contains("clean needs --output").contains("--keep");
    JobRun.of("clean", folder.resolve("nowhere"), List.of("--keep=1"))
        .refusedWith("nowhere: no such folder");
    JobRun.of("clean", folder, List.of("--keep=0"))
        .refusedWith("keep: 0 runs: at least 1 must stay");
  }
}
