package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.optim.Adam;
import dev.microtome.optim.OptimizerState;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowRuleTest {
  private static final int WIDTH = 37;
  private static final int STEPS = 25;

  private static float[] random(long seed) {
    Random random = new Random(seed);
    float[] row = new float[WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      row[j] = (float) random.nextGaussian();
    }
    return row;
  }

  private static double rate(int step) {
    return 0.01 * Math.min(1, (step + 1) / 5.0);
  }

  @Test
  void signumIsSignDescentWithoutASchedule() {
    double momentum = 0.95;
    float[] weights = random(1);
    double[] y = new double[WIDTH];
    double[] z = new double[WIDTH];
    double[] x = new double[WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      y[j] = weights[j];
      z[j] = y[j];
      x[j] = y[j];
    }
    RowRule rule = new SaeOptimizer.Signum(momentum).start();
    rule.add(Parameter.W_ENC, new float[][] {weights});
    double sum = 0;
    for (int t = 0; t < STEPS; t++) {
      float[] gradient = t % 4 == 3 ? new float[WIDTH] : random(10 + t);
      sum += rate(t) * rate(t);
      for (int j = 0; j < WIDTH; j++) {
        z[j] -= rate(t) * Math.signum(gradient[j]);
        x[j] += rate(t) * rate(t) / sum * (z[j] - x[j]);
        y[j] = momentum * x[j] + (1 - momentum) * z[j];
      }

      rule.begin(rate(t));
      if (t % 8 == 3) {
        rule.coast(Parameter.W_ENC, 0, weights);
      } else {
        rule.step(Parameter.W_ENC, 0, weights, gradient);
      }

      for (int j = 0; j < WIDTH; j++) {
        assertThat((double) weights[j]).as("step %d", t).isCloseTo(y[j], within(2e-6)); // saw 6e-7
      }
    }
  }

  @Test
  void adamIsThatOfAllParameters() {
    float[] weights = random(1);
    RowRule rule = SaeOptimizer.adam(Adam.DEFAULT).start();
    rule.add(Parameter.W_DEC, new float[][] {weights});
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray expected = manager.create(random(1));
      OptimizerState state = Adam.DEFAULT.start(Map.of("p", expected), manager);
      for (int t = 0; t < STEPS; t++) {
        float[] gradient = t % 4 == 3 ? new float[WIDTH] : random(10 + t);
        state.step(List.of(manager.create(gradient)), rate(t));

        rule.begin(rate(t));
        if (t % 4 == 3) {
          rule.coast(Parameter.W_DEC, 0, weights);
        } else {
          rule.step(Parameter.W_DEC, 0, weights, gradient);
        }

        assertThat(weights)
            .as("step %d", t)
            .containsExactly(expected.toFloatArray(), within(2e-6f));
      }
    }
  }
}
