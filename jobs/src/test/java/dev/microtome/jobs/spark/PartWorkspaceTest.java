package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartWorkspaceTest {
  @TempDir private Path folder;

  private final LocalFileStore files = new LocalFileStore();

  /** One attempt with its artifacts. */
  private final class Attempt {
    private final PartArtifacts artifacts;
    private final PartWorkspace workspace;

    Attempt(String name) {
      artifacts = new PartArtifacts(files, folder.resolve("staging/" + name).toString(), name);
      workspace =
          new PartWorkspace(
              files,
              folder.resolve("run").toString(),
              folder.resolve("run/_work/part-00000").toString(),
              artifacts,
              () -> {});
    }

    void artifact(String path) throws IOException {
      try (OutputStream out = artifacts.create(path)) {
        out.write(path.getBytes(StandardCharsets.UTF_8));
      }
    }

    void save(long units) throws IOException {
      workspace.save(
          units,
          state -> {
            try (OutputStream out = state.create("s")) {
              out.write(Long.toString(units).getBytes(StandardCharsets.UTF_8));
            }
          });
    }

    Optional<String> restore() throws IOException {
      return workspace.restore(
          state ->
              state.units()
                  + ":"
                  + new String(state.open("s").readAllBytes(), StandardCharsets.UTF_8));
    }

    List<String> paths() {
      return artifacts.whole().stream().map(one -> one.file().path()).toList();
    }
  }

  @Test
  void furthestStateOfConcurrentAttemptsIsRestoredWithItsArtifacts() throws IOException {
    Attempt first = new Attempt("first");
    Attempt second = new Attempt("second");
    assertThat(first.restore()).isEmpty();
    first.artifact("model/step-1/w");
    first.save(12);
    second.save(4);
    first.artifact("model/step-2/w");
    second.save(8);

    Attempt third = new Attempt("third");

    assertThat(third.restore()).contains("12:12");
    assertThat(third.paths()).containsExactly("model/step-1/w");
    third.artifact("model/step-2/w");
    third.save(16);
    first.save(14);
    assertThat(new Attempt("fourth").restore()).contains("16:16");
  }

  @Test
  void damagedStateIsPassedOver() throws IOException {
    Attempt first = new Attempt("first");
    first.save(12);
    new Attempt("second").save(8);
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file).equals("12")) {
          Files.writeString(file, "13");
        }
      }
    }

    assertThat(new Attempt("third").restore()).contains("8:8");
  }

  @Test
  void artifactThatWasMovedIntoItsPlaceBeforeTheKillIsFoundThere() throws IOException {
    Attempt first = new Attempt("first");
    first.artifact("model/step-1/w");
    first.save(12);
    String place = folder.resolve("run/model/step-1/w").toString();
    files.rename(first.artifacts.whole().get(0).path(), place);

    Attempt second = new Attempt("second");

    assertThat(second.restore()).contains("12:12");
    assertThat(second.artifacts.whole().get(0).path()).isEqualTo(place);
    Files.delete(Path.of(place));
    assertThat(new Attempt("third").restore()).isEmpty();
  }

  @Test
  void misuseIsRefused() throws IOException {
    Attempt first = new Attempt("first");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> first.workspace.save(1, state -> state.create("../x").close()));
    assertThatIllegalStateException()
        .isThrownBy(() -> first.workspace.save(1, state -> state.create("s").write(1)))
        .withMessage("a file of a state was not closed: [s]");
    first.artifact("model/w");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> first.artifact("model/w"))
        .withMessage("first writes model/w twice");
    assertThatIllegalStateException()
        .isThrownBy(first::restore)
        .withMessage("a state is restored before artifacts are written, not after");
    first.artifacts.create("model/open");
    assertThatIllegalStateException()
        .isThrownBy(first.artifacts::finish)
        .withMessage("first did not close model/open");
  }
}
