package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconstructionTest {
  @Test
  void workedValues() {
    try (NDManager memory = NDManager.newBaseManager()) {
      Reconstruction all = Reconstruction.ofWidth(2);

      all.add(
          memory.create(new float[] {2, 0, 0, 4}, new Shape(2, 2)),
          memory.create(new float[] {2, 1, 0, 3}, new Shape(2, 2)));

      assertThat(all.explainedVariance()).isCloseTo(0.8, within(1e-15)); // 1 − 2/10
      assertThat(all.meanSquaredError()).isEqualTo(1);
      assertThat(all.meanCosine()).isCloseTo((2 / Math.sqrt(5) + 1) / 2, within(1e-15));
      assertThat(all.meanNormRatio()).isCloseTo((Math.sqrt(5) / 2 + 0.75) / 2, within(1e-15));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anySplitMergesToTheWhole(long seed) {
    Random random = new Random(seed);
    int rows = 200;
    int width = 7;
    float[] x = new float[rows * width];
    float[] y = new float[rows * width];
    for (int i = 0; i < x.length; i++) {
      // Far from 0: E[x²] − E[x]² would lose nine digits of these.
      x[i] = 30_000 + (float) random.nextGaussian();
      y[i] = x[i] + 0.3f * (float) random.nextGaussian();
    }
    int cut = 1 + random.nextInt(rows - 1);
    try (NDManager memory = NDManager.newBaseManager()) {
      NDArray wholeX = memory.create(x, new Shape(rows, width));
      NDArray wholeY = memory.create(y, new Shape(rows, width));
      Reconstruction whole = Reconstruction.ofWidth(width);
      whole.add(wholeX, wholeY);

      Reconstruction merged = Reconstruction.ofWidth(width);
      merged.merge(Reconstruction.ofWidth(width));
      Reconstruction first = Reconstruction.ofWidth(width);
      first.add(wholeX.get(":" + cut), wholeY.get(":" + cut));
      Reconstruction second = Reconstruction.ofWidth(width);
      second.add(wholeX.get(cut + ":"), wholeY.get(cut + ":"));
      merged.merge(first);
      merged.merge(second);

      assertThat(merged.tokens()).isEqualTo(rows);
      assertThat(merged.explainedVariance())
          .isCloseTo(whole.explainedVariance(), within(1e-12)); // float64
      assertThat(whole.explainedVariance()).isBetween(0.85, 0.95);
      assertThat(merged.meanSquaredError()).isCloseTo(whole.meanSquaredError(), within(1e-12));
      assertThat(merged.meanCosine()).isCloseTo(whole.meanCosine(), within(1e-12));
    }
  }

  @Test
  void refusesAnotherWidth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reconstruction.ofWidth(3).merge(Reconstruction.ofWidth(4)))
        .withMessage("Reconstruction of width 4, expected 3");
  }
}
