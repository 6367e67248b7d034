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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FastLearnerTest {
  private static final int WIDTH = 6;
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
  @EnumSource
  void takesActivationsNormalisedAsTheDenseTrainerDoes(Normalization normalization) {
    SaeRecipe recipe =
        recipe(
            SaeConfig.of(new ReluSae2024(0.1), WIDTH, FEATURES)
                .with(PreBias.NONE)
                .with(normalization));
    RowBatch batch = RowColumns.all(WIDTH).batch(ROWS);
    Random random = new Random(1);
    float[] flat = new float[ROWS * WIDTH];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) (2 + 3 * random.nextGaussian());
      batch.rows()[i / WIDTH][i % WIDTH] = flat[i];
    }
    try (NDManager scope = NDManager.newBaseManager();
        FastLearner learner = FastLearner.start(recipe, 1)) {
      NDArray x = scope.create(flat, new Shape(ROWS, WIDTH));
      SaeStep step = learner.step(batch, () -> x);

      Map<String, float[]> weights =
          TopKParameters.of(FastLearner.shape(recipe), recipe.seed()).saeLens();
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      recipe
          .config()
          .parameters()
          .forEach((name, shape) -> parameters.put(name, scope.create(weights.get(name), shape)));
      NDArray y = normalized(normalization, x, scope);
      SaeLosses expected =
          new SaeGradients(recipe.config(), parameters, scope)
              .of(
                  new SaeBatch(
                      y, y, Optional.of(scope.zeros(new Shape(FEATURES), DataType.BOOLEAN))),
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
