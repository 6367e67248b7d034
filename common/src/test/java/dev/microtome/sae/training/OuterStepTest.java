package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.run.InputException;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.TopKSae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OuterStepTest {
  @TempDir private Path folder;

  private static SaeRecipe recipe(SaeArchitecture architecture) {
    return new SaeRecipe(
        "a",
        SaeConfig.of(architecture, 2, 2),
        SaeOptimizer.adam(Adam.DEFAULT),
        LearningRate.builder(1e-3, 10).build(),
        new CoefficientWarmUp(1, 0),
        1000,
        ResamplingPlan.NONE,
        1);
  }

  /** All encoder weights and biases have one value; the decoder has two rows. */
  private Path shared(
      String name, SaeRecipe recipe, float value, float[] decoder, double threshold, long... idle)
      throws IOException {
    Path place = Files.createDirectories(folder.resolve(name));
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("W_enc", List.of(2L, 2L));
    shapes.put("b_enc", List.of(2L));
    shapes.put("W_dec", List.of(2L, 2L));
    shapes.put("b_dec", List.of(2L));
    boolean thresholds = recipe.config().parameters().containsKey("threshold");
    if (thresholds) {
      shapes.put("threshold", List.of(2L));
    }
    SafetensorsWriter writer = SharedWeights.writer(recipe, threshold, shapes, 2);
    SharedWeights.write(
        place.resolve(SaeGroup.sharedFile(0)),
        writer,
        out -> {
          out.floats(value, value, value, value).floats(value, value);
          out.floats(decoder).floats(value, value);
          if (thresholds) {
            out.floats(value, value);
          }
          out.longs(idle);
        });
    return place;
  }

  private SharedWeights take(SaeRecipe recipe, Path before, String after, Path... workers)
      throws IOException {
    Path place = Files.createDirectories(folder.resolve(after));
    OuterStep.take(List.of(recipe), new OuterOptimizer(0.5, 0.8), before, List.of(workers), place);
    return SharedWeights.open(place.resolve(SaeGroup.sharedFile(0)), recipe);
  }

  /** Two rounds from 1: changes by −1 and then 0 of the mean, m = 1 and 0.8. */
  @Test
  void weightsTakeNesterovsStep() throws IOException {
    SaeRecipe recipe = recipe(new ReluSae2024(1));
    float[] rows = {3, 4, 0, 0};
    Path begin = shared("begin", recipe, 1, rows, 0, 0, 0);
    Path one = shared("one", recipe, -1, rows, 0, 7, 3);
    Path two = shared("two", recipe, 1, rows, 0, 5, 9);
    try (SharedWeights first = take(recipe, begin, "first", one, two)) {
      // 1 − 0.5·(0.8·1 + 1)
      assertThat(first.floats("b_enc")[1]).isCloseTo(0.1f, within(1e-7f));
      assertThat(first.floats("W_dec")).containsExactly(rows);
      assertThat(first.idle()).containsExactly(5, 3);
      Path same = shared("same", recipe, first.floats("b_enc")[0], rows, 0, 0, 0);
      try (SharedWeights second = take(recipe, folder.resolve("first"), "second", same, same)) {
        // 0.1 − 0.5·0.8·0.8
        assertThat(second.floats("W_enc")[3]).isCloseTo(-0.22f, within(1e-7f));
      }
    }
  }

  /**
   * Weights that are means already take no momentum: of −1 and 1 the mean, whatever is asked for.
   */
  @Test
  void signumsWeightsBecomeTheWorkersMean() throws IOException {
    SaeRecipe adam = recipe(new TopKSae(1));
    SaeRecipe signum =
        new SaeRecipe(
            adam.name(),
            adam.config(),
            SaeOptimizer.signum(),
            adam.learningRate(),
            adam.sparsity(),
            adam.deadAfterTokens(),
            adam.resampling(),
            adam.seed());
    float[] rows = {1, 0, 0, 1};
    Path begin = shared("begin", signum, 1, rows, 0, 0, 0);
    Path one = shared("one", signum, -1, rows, 0, 0, 0);
    Path two = shared("two", signum, 1, rows, 0, 0, 0);
    try (SharedWeights first = take(signum, begin, "first", one, two);
        SharedWeights second = take(signum, folder.resolve("first"), "second", two, two)) {
      assertThat(first.floats("b_enc")).containsExactly(0, 0);
      assertThat(second.floats("b_enc")).containsExactly(1, 1);
    }
  }

  @Test
  void decoderRowsKeepTheirNormAndThresholdsAreAveraged() throws IOException {
    SaeRecipe recipe = recipe(new BatchTopKSae(1));
    Path begin = shared("begin", recipe, 0, new float[] {1, 0, 0, 1}, 0, 0, 0);
    Path one = shared("one", recipe, 0, new float[] {0, 1, 0, 1}, 1, 0, 0);
    Path two = shared("two", recipe, 0, new float[] {1, 0, 0, 1}, 2, 0, 0);
    try (SharedWeights first = take(recipe, begin, "first", one, two)) {
      // (1, 0) − 0.9·(½, −½), its norm divided out.
      double norm = Math.hypot(0.55, 0.45);
      assertThat(first.floats("W_dec"))
          .containsExactly(
              new float[] {(float) (0.55 / norm), (float) (0.45 / norm), 0, 1}, within(1e-6f));
      assertThat(first.threshold()).isEqualTo(1.5);
    }
  }

  /**
   * From 0.1 with workers at 0: 0.1 − 0.5·1.8·0.1 is above 0; from 0.1 with workers at −1 is not.
   */
  @Test
  void thresholdsThatAreTrainedStayAtZeroOrAbove() throws IOException {
    SaeRecipe recipe =
        recipe(
            new JumpReluSae(
                1,
                0.1,
                new JumpReluSae.Count(),
                JumpReluSae.Estimate.THRESHOLD,
                0,
                Formulation.SAE_LENS));
    float[] rows = {1, 0, 0, 1};
    Path begin = shared("begin", recipe, 0.1f, rows, 0, 0, 0);
    Path near = shared("near", recipe, 0, rows, 0, 0, 0);
    Path below = shared("below", recipe, -1, rows, 0, 0, 0);
    try (SharedWeights first = take(recipe, begin, "first", near);
        SharedWeights other = take(recipe, begin, "other", below)) {
      assertThat(first.floats("threshold")[0]).isCloseTo(0.01f, within(1e-7f));
      assertThat(other.floats("threshold")).containsExactly(0, 0);
      assertThat(other.floats("b_enc")[0]).isNegative();
    }
  }

  @Test
  void weightsOfAnotherTrainingAreRefused() throws IOException {
    SaeRecipe recipe = recipe(new ReluSae2024(1));
    float[] rows = {1, 0, 0, 1};
    Path begin = shared("begin", recipe, 0, rows, 0, 0, 0);
    Path other = shared("other", recipe(new ReluSae2024(2)), 0, rows, 0, 0, 0);

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> take(recipe, begin, "first", other))
        .withMessageContaining("is of another training");
  }
}
