package dev.microtome.jobs.scrubbing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The models that a scrubbed one is compared with: each has random erasers of its own below. */
@ExtendWith(LocalSpark.class)
class ScrubRandomTest {
  private static final String HOOK = "blocks.2.hook_resid_pre";

  @TempDir private static Path folder;
  private static Path tokens;
  private static Path labels;

  @BeforeAll
  static void scrub() throws IOException {
    tokens = GoldenScrubbing.tokens(folder.resolve("tokens"));
    labels = GoldenScrubbing.labels(folder.resolve("labels"), 0);
    GoldenScrubbing.scrub(folder.resolve("out"), tokens, labels, "random-subspaces=2").succeeded();
  }

  /** Fitted to the same tokens, those with a label, as they pass under the erasers of this name. */
  @Test
  void erasersGoThroughTheMeanOfTheirOwnModel() throws IOException {
    double[] scrubbed = eraser("out", GoldenScrubbing.CONCEPT).bias();
    for (String name : List.of("random_1", "random_2")) {
      JobRun.of(
              "collect-activations",
              folder.resolve(name),
              List.of(
                  "model=" + GoldenScrubbing.MODEL,
                  "tokens=" + tokens,
                  "hooks=[" + HOOK + "]",
                  "erasers=" + folder.resolve("out"),
                  "erase-concept=" + name,
                  "erase-hooks=[blocks.0.hook_resid_pre, blocks.1.hook_resid_pre]"))
          .succeeded();
      JobRun.of(
              "fit-leace",
              folder.resolve(name + "-fit"),
              List.of(
                  "activations=" + folder.resolve(name),
                  "labels=" + labels,
                  "concepts=[" + GoldenScrubbing.CONCEPT + "]"))
          .succeeded();
      double[] found = eraser("out", name).bias();
      // The same float32 activations but for the order of sums.
      assertThat(found)
          .as(name)
          .containsExactly(eraser(name + "-fit", GoldenScrubbing.CONCEPT).bias(), within(1e-6));
      double apart = 0;
      for (int i = 0; i < found.length; i++) {
        apart = Math.max(apart, Math.abs(found[i] - scrubbed[i]));
      }
      assertThat(apart).as(name).isGreaterThan(1e-3);
    }
  }

  /** Another seed draws other subspaces of the same rank, and changes nothing of the concept's. */
  @Test
  void subspacesAreDrawnBySeed() throws IOException {
    GoldenScrubbing.scrub(folder.resolve("seed"), tokens, labels, "random-subspaces=1", "seed=1")
        .succeeded();
    LeaceEraser drawn = eraser("seed", "random_1");
    assertThat(drawn.rank()).isEqualTo(eraser("out", "random_1").rank());
    for (String other : List.of("random_1", "random_2")) {
      assertThat(drawn.left()).isNotEqualTo(eraser("out", other).left());
    }
    assertThat(eraser("seed", GoldenScrubbing.CONCEPT))
        .isEqualTo(eraser("out", GoldenScrubbing.CONCEPT));
  }

  private static LeaceEraser eraser(String output, String name) throws IOException {
    return EraserFile.read(
            JobRun.newest(folder.resolve(output)).resolve("erasers/" + HOOK + ".safetensors"))
        .erasers()
        .get(name);
  }
}
