package dev.microtome.jobs.scrubbing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.ScrubbingLossRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.text.TokenRow;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A small model of the generated language without its parts of speech, on sequences held out. */
@ExtendWith(LocalSpark.class)
class ScrubFindingsTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void train() {
    corpus("corpus", "sequences=300");
    corpus("held-out", "first-sequence=300", "sequences=40");
    JobRun.of(
            "train-model",
            folder.resolve("model"),
            List.of(
                "tokens=" + folder.resolve("corpus"),
                "steps=100",
                "warm-up=10",
                "learning-rate=0.006",
                "context-length=64",
                "batch-size=12",
                "save-every=0",
                "architecture.layers=1",
                "architecture.d-model=48",
                "architecture.heads=4",
                "architecture.d-mlp=96"))
        .succeeded();
  }

  private static void corpus(String name, String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.addAll(List.of("kind=language", "context-length=64", "text=false", "seed=3"));
    JobRun.of("generate-corpus", folder.resolve(name), all).succeeded();
  }

  @Test
  void aConceptCostsMoreThanAsManyRandomDimensions() throws IOException {
    List<ScrubbingLossRow> losses =
        JobRun.of(
                "scrub",
                folder.resolve("out"),
                List.of(
                    "model=" + folder.resolve("model"),
                    "tokens=" + folder.resolve("corpus"),
                    "labels=" + folder.resolve("corpus"),
                    "concept=part_of_speech",
                    "held-out-tokens=" + folder.resolve("held-out"),
                    "random-subspaces=1"))
            .succeeded()
            .rows(ScrubbingLossRow.TABLE);

    ScrubbingLossRow scrubbed = losses.get(1);
    ScrubbingLossRow random = losses.get(2);
    // Saw 1.80 and 0.34 nats, with standard errors of 0.06 and 0.02.
    assertThat(random.increaseNats()).isGreaterThan(5 * random.increaseStandardError());
    assertThat(scrubbed.increaseNats()).isGreaterThan(2 * random.increaseNats());
    long bytes = 0;
    try (Tokenizer tokenizer =
        Tokenizer.open(JobRun.newest(folder.resolve("held-out")).resolve("tokenizer"))) {
      for (TokenRow row : JobRun.rows(folder.resolve("held-out"), TokenRow.TABLE)) {
        bytes += tokenizer.bytesBehindFirst(row.tokens());
      }
    }
    for (ScrubbingLossRow row : losses) {
      assertThat(row.tokens()).isEqualTo(40 * 63);
      assertThat(row.bytes()).isEqualTo(bytes);
      assertThat(row.bitsPerByte())
          .isCloseTo(row.bitsPerToken() * row.tokens() / row.bytes(), within(1e-12));
    }
  }
}
