package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses that see the vocabulary a piece at a time, beside the definition in double. */
class UnembeddingLossTest {
  private static final int ROWS = 5;
  private static final int WIDTH = 6;
  private static final int VOCABULARY = 23;
  private static final long[] TARGETS = {0, 6, 7, 21, 22};

  /** The last piece is whole, shorter, one word, all there is; far from 0 on either side. */
  @ParameterizedTest
  @CsvSource({"23,0,1", "8,0,1", "11,0,1", "64,0,1", "1,0,1", "7,3,1", "7,0,200", "7,30,200"})
  void piecesOfTheVocabularyGiveTheWholesLoss(int words, double cap, float size) {
    float[] x = normal(1, ROWS * WIDTH, size);
    float[] weight = normal(2, VOCABULARY * WIDTH, 1);
    float[] bias = normal(3, VOCABULARY, size);

    float[] losses = losses(x, weight, bias, cap, words);

    assertThat(losses).hasSize(ROWS);
    for (int row = 0; row < ROWS; row++) {
      double[] logits = logits(x, weight, bias, row, cap);
      double largest = Arrays.stream(logits).max().orElseThrow();
      double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).sum();
      double expected = largest + Math.log(sum) - logits[(int) TARGETS[row]];
      // float32 logits of that size: the largest difference seen is 3.6e-7 of it
      double scale = Arrays.stream(logits).map(Math::abs).max().orElseThrow() + 1;
      assertThat((double) losses[row]).isCloseTo(expected, within(1e-6 * scale));
    }
  }

  /** The sum of exponentials is never below the one that it is compared with, nor is a loss. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 23, 64})
  void whatIsCertainCostsNothingAndNeverLess(int words) {
    float[] weight = normal(2, VOCABULARY * WIDTH, 1);
    float[] x = new float[ROWS * WIDTH];
    for (int row = 0; row < ROWS; row++) {
      int target = (int) TARGETS[row] * WIDTH;
      double norm = 0;
      for (int i = 0; i < WIDTH; i++) {
        norm += weight[target + i] * weight[target + i];
      }
      for (int i = 0; i < WIDTH; i++) {
        weight[target + i] *= (float) (10 / Math.sqrt(norm)); // longer than any other
        x[row * WIDTH + i] = 10 * weight[target + i];
      }
    }
    assertThat(losses(x, weight, new float[VOCABULARY], 0, words)).containsOnly(0);
  }

  private static float[] losses(float[] x, float[] weight, float[] bias, double cap, int words) {
    try (NDManager manager = NDManager.newBaseManager()) {
      return Kernels.unembeddingLoss(
              manager,
              manager.create(x, new Shape(ROWS, WIDTH)),
              manager.create(weight, new Shape(VOCABULARY, WIDTH)),
              manager.create(bias),
              manager.create(TARGETS),
              cap,
              words)
          .toFloatArray();
    }
  }

  private static double[] logits(float[] x, float[] weight, float[] bias, int row, double cap) {
    return IntStream.range(0, VOCABULARY)
        .mapToDouble(
            word -> {
              double logit = bias[word];
              for (int i = 0; i < WIDTH; i++) {
                logit += (double) x[row * WIDTH + i] * weight[word * WIDTH + i];
              }
              return cap == 0 ? logit : cap * Math.tanh(logit / cap);
            })
        .toArray();
  }

  private static float[] normal(long seed, int count, float size) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = size * (float) random.nextGaussian();
    }
    return values;
  }
}
