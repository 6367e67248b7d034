package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.run.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class FileCopiesTest {
  @TempDir private Path folder;

  @Test
  void whatIsNotThereOrNotWhatItWasOrCannotBeReadDoesNotArrive() throws IOException {
    Files.writeString(folder.resolve("whole"), "numbers");
    Files.writeString(folder.resolve("changed"), "numberz");
    Files.createDirectories(folder.resolve("folder"));
    String digest = Digest.of("numbers");

    List<Boolean> arrived =
        FileCopies.run(
            SparkSessions.context("test"),
            List.of("whole", "changed", "folder", "missing").stream()
                .map(
                    name ->
                        new FileCopies.Copy(
                            folder.resolve(name).toString(),
                            folder.resolve("to").resolve(name).toString(),
                            digest))
                .toList());

    assertThat(arrived).containsExactly(true, false, false, false);
    assertThat(folder.resolve("to/whole")).hasContent("numbers");
  }
}
