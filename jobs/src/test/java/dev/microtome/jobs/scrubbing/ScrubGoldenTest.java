package dev.microtome.jobs.scrubbing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.ScrubbingLossRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.linalg.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Erasers and losses as torch and concept-erasure have them, layer by layer, in float64. */
@ExtendWith(LocalSpark.class)
class ScrubGoldenTest {
  @TempDir private static Path folder;
  private static Path tokens;
  private static Path labels;

  @BeforeAll
  static void write() {
    tokens = GoldenScrubbing.tokens(folder.resolve("tokens"));
    labels = GoldenScrubbing.labels(folder.resolve("labels"), 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inputs     | affine=true | hook_resid_pre",
        "orthogonal | method=orth | hook_resid_pre",
        // Named against the order of the pass.
        "norms | hooks=[\"blocks.*.ln2.hook_normalized\",\"blocks.*.ln1.hook_normalized\"] | ln1.hook_normalized,ln2.hook_normalized",
      })
  void erasersAndLossesAreTheReferences(String name, String set, String sites) throws IOException {
    JobRun run =
        GoldenScrubbing.scrub(
                folder.resolve(name),
                tokens,
                labels,
                set,
                "sequences-per-part=20",
                "random-subspaces=0")
            .succeeded();

    List<String> within = List.of(sites.split(","));
    for (int place = 0; place < within.size() * GoldenScrubbing.LAYERS; place++) {
      String hook =
          "blocks.%d.%s".formatted(place / within.size(), within.get(place % within.size()));
      LeaceEraser eraser = eraser(folder.resolve(name), hook);
      Matrix projection =
          name.equals("norms") ? eraser.projection().times(centre()) : eraser.projection();
      // The reference's activations are float64, the model's float32; saw 6.4e-7 and 5.2e-7.
      assertThat(projection.toArray())
          .as(hook)
          .containsExactly(GoldenScrubbing.doubles("%s.%d.P".formatted(name, place)), within(5e-6));
      assertThat(eraser.bias())
          .as(hook)
          .containsExactly(
              GoldenScrubbing.doubles("%s.%d.mean".formatted(name, place)), within(5e-6));
    }
    List<ScrubbingLossRow> rows = run.rows(ScrubbingLossRow.TABLE);
    double[] original = GoldenScrubbing.doubles("loss.original");
    double[] scrubbed = GoldenScrubbing.doubles("loss." + name);
    assertLoss(rows.get(0), "original", original, original);
    assertLoss(rows.get(1), "scrubbed", scrubbed, original);
    assertThat(rows.get(1).increaseNats()).isNotCloseTo(0, within(1e-3));
    assertThat(rows).hasSize(2);
  }

  /** Against plain sums over sequences. */
  private static void assertLoss(
      ScrubbingLossRow row, String variant, double[] losses, double[] original) {
    double[] tokens =
        GoldenScrubbing.sequences().stream().mapToDouble(each -> each.length - 1).toArray();
    double all = Arrays.stream(tokens).sum();
    double mean = Arrays.stream(losses).sum() / all;
    double before = Arrays.stream(original).sum() / all;
    double squares = 0;
    double squaresOfDifferences = 0;
    for (int i = 0; i < losses.length; i++) {
      squares += Math.pow(losses[i] - mean * tokens[i], 2);
      squaresOfDifferences += Math.pow(losses[i] - original[i] - (mean - before) * tokens[i], 2);
    }
    double correction = losses.length / (losses.length - 1.0);
    double tolerance = 1e-6; // float32 losses of size 6; saw 9.8e-8
    assertThat(row.variant()).isEqualTo(variant);
    assertThat(row.tokens()).isEqualTo((long) all);
    assertThat(row.sequences()).isEqualTo(losses.length);
    assertThat(row.lossNats()).isCloseTo(mean, within(tolerance));
    assertThat(row.bitsPerToken()).isCloseTo(mean / Math.log(2), within(2 * tolerance));
    assertThat(row.lossStandardError())
        .isCloseTo(Math.sqrt(correction * squares) / all, within(tolerance));
    assertThat(row.increaseNats()).isCloseTo(mean - before, within(tolerance));
    assertThat(row.increaseStandardError())
        .isCloseTo(Math.sqrt(correction * squaresOfDifferences) / all, within(tolerance));
    // The model has no tokenizer.
    assertThat(row.bytes()).isZero();
    assertThat(row.bitsPerByte()).isNaN();
  }

  /** I − 1·1ᵀ/d: numbers of a normalised activation sum to 0. */
  private static Matrix centre() {
    double[] values = new double[GoldenScrubbing.WIDTH * GoldenScrubbing.WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % (GoldenScrubbing.WIDTH + 1) == 0 ? 1 : 0) - 1.0 / GoldenScrubbing.WIDTH;
    }
    return Matrix.of(GoldenScrubbing.WIDTH, GoldenScrubbing.WIDTH, values);
  }

  private static LeaceEraser eraser(Path output, String hook) throws IOException {
    return EraserFile.read(JobRun.newest(output).resolve("erasers/" + hook + ".safetensors"))
        .erasers()
        .get(GoldenScrubbing.CONCEPT);
  }
}
