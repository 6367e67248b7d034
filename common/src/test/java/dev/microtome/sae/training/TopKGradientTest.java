package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.sae.Mapping;
import dev.microtome.torch.TorchScript;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopKGradientTest {
  /** Of the largest element of a parameter's gradient; saw 1.1e-6. */
  private static final double TOLERANCE = 2e-5;

  private static final int WIDTH = 20;
  private static final int FEATURES = 70;
  private static final int ROWS = 300;
  private static final int K = 5;
  private static final TorchScript DENSE =
      TorchScript.load(TopKGradientTest.class, "dense_topk.py", "DenseTopK");

  private static TopKShape shape(double auxiliaryWeight) {
    return TopKShape.of(WIDTH, FEATURES, K)
        .withDecoderNorm(DecoderNorm.FREE)
        .withAuxiliary(auxiliaryWeight, 4, 100);
  }

  private static TopKParameters parameters(TopKShape shape) {
    TopKParameters parameters = TopKParameters.of(shape, 3);
    Random random = new Random(4);
    for (float[][] rows : parameters.all().values()) {
      for (float[] row : rows) {
        for (int j = 0; j < row.length; j++) {
          row[j] += 0.1f * (float) random.nextGaussian();
        }
      }
    }
    return parameters;
  }

  private static float[][] rows(int width) {
    Random random = new Random(5);
    float[][] rows = new float[ROWS][width];
    for (float[] row : rows) {
      for (int j = 0; j < width; j++) {
        row[j] = 0.3f + (float) random.nextGaussian();
      }
    }
    return rows;
  }

  /** Every seventh feature has been silent for longer than the window. */
  private static long[] silence() {
    long[] counts = new long[FEATURES];
    for (int i = 0; i < FEATURES; i += 7) {
      counts[i] = 101;
    }
    return counts;
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0, 2", "0.5, 1", "0.5, 2"})
  void sparseGradientsAreTheDenseOnesOfAutograd(double auxiliaryWeight, int threads) {
    TopKShape shape = shape(auxiliaryWeight);
    TopKParameters parameters = parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    float[][] rows = rows(WIDTH);
    try (Workers workers = new Workers(threads);
        TopKStep step = new TopKStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      step.window().resume(silence());
      StepSums sums = step.forward(rows);
      step.backward(sums, 0);
      Map<String, NDArray> expected = dense(parameters, rows, auxiliaryWeight, manager);

      double loss =
          (sums.squaredError() + auxiliaryWeight * sums.auxiliaryError()) / sums.variance();
      assertThat(loss).isCloseTo(expected.get("loss").getDouble(), within(1e-6)); // saw 1e-8
      parameters
          .all()
          .forEach(
              (parameter, weights) -> {
                double[] dense = expected.get(parameter.toString()).toDoubleArray();
                double largest = largest(dense);
                assertThat(largest).isGreaterThan(1e-4);
                for (int i = 0; i < weights.length; i++) {
                  float[] sparse = recorder.gradient(parameter, i, weights[i].length);
                  for (int j = 0; j < sparse.length; j++) {
                    assertThat((double) sparse[j])
                        .as("%s [%d, %d]", parameter, i, j)
                        .isCloseTo(dense[i * sparse.length + j], within(TOLERANCE * largest));
                  }
                }
              });
    }
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static Map<String, NDArray> dense(
      TopKParameters parameters, float[][] rows, double auxiliaryWeight, NDManager manager) {
    NDList arguments = new NDList(float64(rows, manager));
    parameters
        .all()
        .forEach((name, weights) -> arguments.add(named("p." + name, float64(weights, manager))));
    long[] silence = silence();
    double[] dead = new double[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      dead[i] = silence[i] > 100 ? 1 : 0;
    }
    arguments.add(named("c.k", manager.create((long) K)));
    arguments.add(named("c.dead", manager.create(dead)));
    arguments.add(named("c.dead_k", manager.create(4L)));
    arguments.add(named("c.dead_weight", manager.create(auxiliaryWeight)));
    Map<String, NDArray> results = new HashMap<>();
    for (NDArray result : DENSE.differentiate("gradients", arguments)) {
      results.put(result.getName(), result);
    }
    return results;
  }

  private static NDArray named(String name, NDArray array) {
    array.setName(name);
    return array;
  }

  private static NDArray float64(float[][] rows, NDManager manager) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
    }
    return manager
        .create(flat, new Shape(rows.length, rows[0].length))
        .toType(DataType.FLOAT64, false);
  }

  @ParameterizedTest
  @CsvSource({
    "W_ENC, AUTOENCODER",
    "W_DEC, AUTOENCODER",
    "B_ENC, AUTOENCODER",
    "B_DEC, AUTOENCODER",
    "W_DEC, SKIP_TRANSCODER",
    "B_DEC, SKIP_TRANSCODER",
    "W_SKIP, SKIP_TRANSCODER"
  })
  void gradientsAreDifferencesOfTheLoss(Parameter parameter, Mapping mapping) {
    // All features are kept: where selection changes, the loss jumps.
    TopKShape shape = TopKShape.of(WIDTH, FEATURES, FEATURES).withDecoderNorm(DecoderNorm.FREE);
    if (mapping != Mapping.AUTOENCODER) {
      shape = shape.transcodingTo(WIDTH + 3, mapping);
    }
    TopKParameters parameters = parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    float[][] rows = rows(shape.rowWidth());
    // Small enough for the kinks of ReLU, large enough for losses from float32.
    float h = 2e-3f;
    try (Workers workers = new Workers(1);
        TopKStep step = new TopKStep(shape, parameters, recorder, workers)) {
      step.backward(step.forward(rows), 0);
      float[][] weights = parameters.all().get(parameter);
      for (int i = 0; i < weights.length; i += 9) {
        float[] gradient = recorder.gradient(parameter, i, weights[i].length);
        for (int j = 0; j < weights[i].length; j += 6) {
          float before = weights[i][j];
          weights[i][j] = before + h;
          double above = loss(step, rows);
          float up = weights[i][j];
          weights[i][j] = before - h;
          double below = loss(step, rows);
          double width = (double) up - weights[i][j];
          weights[i][j] = before;
          assertThat((above - below) / width)
              .as("%s [%d, %d]", parameter, i, j)
              .isCloseTo(gradient[j], within(1e-3)); // gradients reach 0.05; saw 3e-4
        }
      }
    }
  }

  private static double loss(TopKStep step, float[][] rows) {
    step.load();
    StepSums sums = step.forward(rows);
    return sums.squaredError() / sums.variance();
  }

  @Test
  void theParallelPartOfADecodersGradientIsTakenOut() {
    TopKShape shape = shape(0).withDecoderNorm(DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT);
    TopKParameters parameters = TopKParameters.of(shape, 3);
    GradientRecorder recorder = new GradientRecorder();
    try (Workers workers = new Workers(1);
        TopKStep step = new TopKStep(shape, parameters, recorder, workers)) {
      step.backward(step.forward(rows(WIDTH)), 0);
      float longest = 0;
      for (int i = 0; i < FEATURES; i++) {
        float[] gradient = recorder.gradient(Parameter.W_DEC, i, WIDTH);
        float[] products = new float[WIDTH];
        longest = Math.max(longest, Rows.dot(gradient, gradient, products));
        assertThat(Rows.dot(gradient, parameters.decoder()[i], products))
            .isCloseTo(0, within(1e-7f)); // saw 3e-9
      }
      assertThat(longest).isGreaterThan(1e-5f);
    }
  }
}
