package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeBatch;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeGradients;
import dev.microtome.sae.SaeLosses;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowColumns;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FastLearnerTest {
  private static final int WIDTH = 6;
  private static final int TARGETS = 5;
  private static final int FEATURES = 20;
  private static final int ROWS = 50;

  private static SaeRecipe recipe(SaeConfig config) {
    return new SaeRecipe(
        "a",
        config,
        SaeOptimizer.adam(Adam.DEFAULT),
        LearningRate.builder(1e-3, 10).build(),
        new CoefficientWarmUp(config.architecture().sparsity(), 0),
        1000,
        ResamplingPlan.NONE,
        1);
  }

  static Stream<Arguments> normalizations() {
    return Stream.of(Normalization.values())
        .flatMap(
            each ->
                Stream.of(
                    Arguments.of(each, Mapping.AUTOENCODER),
                    Arguments.of(each, Mapping.SKIP_TRANSCODER)));
  }

  private static NDArray normalized(Normalization normalization, NDArray x, NDManager scope) {
    return switch (normalization) {
      case NONE -> x;
      case EXPECTED_AVERAGE_NORM -> DenseKernels.scaled(scope, x, DenseTrainer.factor(x, WIDTH));
      case CONSTANT_NORM -> DenseKernels.constantNorm(scope, x);
      case LAYER_NORM -> DenseKernels.layerNorm(scope, x);
    };
  }

  /** Few numbers a row, off the origin, so that n and n − 1, mean and origin are far apart. */
  @ParameterizedTest
  @MethodSource("normalizations")
  void takesActivationsNormalisedAsTheDenseTrainerDoes(
      Normalization normalization, Mapping mapping) {
    SaeConfig autoencoder =
        SaeConfig.of(new ReluSae2024(0.1), WIDTH, FEATURES).with(PreBias.NONE).with(normalization);
    boolean transcodes = mapping != Mapping.AUTOENCODER;
    SaeRecipe recipe = recipe(transcodes ? autoencoder.skippingTo(TARGETS) : autoencoder);
    int width = transcodes ? WIDTH + TARGETS : WIDTH;
    RowBatch batch = RowColumns.all(width).batch(ROWS);
    Random random = new Random(1);
    float[] flat = new float[ROWS * width];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) (2 + 3 * random.nextGaussian());
      batch.rows()[i / width][i % width] = flat[i];
    }
    try (NDManager scope = NDManager.newBaseManager();
        FastLearner learner = FastLearner.start(recipe, 1)) {
      NDArray all = scope.create(flat, new Shape(ROWS, width));
      SaeStep step = learner.step(batch, () -> all);

      Map<String, float[]> weights =
          TopKParameters.of(FastLearner.shape(recipe), recipe.seed()).saeLens();
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      recipe
          .config()
          .parameters()
          .forEach((name, shape) -> parameters.put(name, scope.create(weights.get(name), shape)));
      NDArray y = normalized(normalization, DenseKernels.columns(scope, all, 0, WIDTH), scope);
      NDArray target = transcodes ? DenseKernels.columns(scope, all, WIDTH, width) : y;
      if (transcodes && normalization == Normalization.EXPECTED_AVERAGE_NORM) {
        target = DenseKernels.scaled(scope, target, DenseTrainer.factor(target, TARGETS));
      }
      SaeLosses expected =
          new SaeGradients(recipe.config(), parameters, scope)
              .of(
                  new SaeBatch(
                      y, target, Optional.of(scope.zeros(new Shape(FEATURES), DataType.BOOLEAN))),
                  0.1);
      assertThat(step.loss() / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(step.parts().get("l1") / expected.parts().get("l1")).isCloseTo(1, within(1e-5));
    }
  }

  /** What one matrix of native memory cannot hold is trained as before, by arrays of libtorch. */
  @Test
  void leavesMatricesOfTwoGigabytesToTheDenseTrainer() {
    SaeRecipe large = recipe(SaeConfig.of(new BatchTopKSae(32), 4096, 1 << 17));

    assertThat(FastLearner.canTrain(large)).isFalse();
    assertThat(SaeMemory.of(large, 4096).bytes()).isGreaterThan(20_000_000_000L);
    assertThat(FastLearner.canTrain(recipe(SaeConfig.of(new BatchTopKSae(32), 4096, 1 << 16))))
        .isTrue();
  }
}
