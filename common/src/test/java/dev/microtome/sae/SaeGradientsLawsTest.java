package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of the loss of every architecture and form, in float64. */
class SaeGradientsLawsTest {
  private static final String ALL = "dev.microtome.sae.Architectures#all";
  private static final double STEP = 1e-6;
  private static final double SLOPE = 1e-7; // relative to the gradient's norm; saw 1.8e-9

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void theSlopeAlongARandomDirectionOfEachParameterIsTheGradients(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (int seed = 0; seed < 5; seed++) {
        Map<String, NDArray> parameters =
            Architectures.parameters(config, seed, DataType.FLOAT64, manager);
        SaeBatch batch = Architectures.batch(config, 100 + seed, DataType.FLOAT64, manager);
        SaeGradients script = new SaeGradients(config, parameters, manager);
        List<NDArray> gradients = script.of(batch, 0.3).gradients();
        int next = 0;
        for (String name : parameters.keySet()) {
          double[] gradient = gradients.get(next++).toDoubleArray();
          if (!isEstimated(config, name)) {
            double[] direction = new Random(seed).doubles(gradient.length, -1, 1).toArray();
            compareSlope(
                script, parameters.get(name), batch, loss(config, name), direction, gradient);
          }
          assertThat(norm(gradient)).as(name).isGreaterThan(1e-8);
        }
      }
    }
  }

  /** What a straight-through estimate or a frozen decoder gives on purpose is no slope. */
  private static boolean isEstimated(SaeConfig config, String name) {
    if (config.architecture() instanceof JumpReluSae jump) {
      return name.contains("threshold")
          || (jump.estimate() == JumpReluSae.Estimate.THRESHOLD_AND_INPUT && !name.equals("W_dec"));
    }
    // A tied b_dec reaches the frozen decoder's input, whose slope the loss does not part from its
    // frozen output's.
    return isFrozen(config) && name.equals("b_dec") && config.preBias() == PreBias.TIED;
  }

  private static boolean isFrozen(SaeConfig config) {
    return config.architecture() instanceof GatedSae gated
        && gated.formulation() == Formulation.PAPER;
  }

  /** The loss whose slope a gradient is: without the auxiliary one for what is frozen there. */
  private static ToDoubleFunction<SaeLosses> loss(SaeConfig config, String name) {
    boolean decodes = List.of("W_dec", "b_dec", "W_skip").contains(name);
    return isFrozen(config) && decodes
        ? losses -> losses.total() - losses.parts().get("auxiliary")
        : SaeLosses::total;
  }

  private static void compareSlope(
      SaeGradients script,
      NDArray parameter,
      SaeBatch batch,
      ToDoubleFunction<SaeLosses> loss,
      double[] direction,
      double[] gradient) {
    NDManager manager = parameter.getManager();
    NDArray step = manager.create(direction, parameter.getShape()).mul(STEP);
    parameter.addi(step);
    double above = loss.applyAsDouble(script.of(batch, 0.3));
    parameter.subi(step.mul(2));
    double below = loss.applyAsDouble(script.of(batch, 0.3));
    parameter.addi(step);
    double slope = 0;
    for (int i = 0; i < gradient.length; i++) {
      slope += gradient[i] * direction[i];
    }
    assertThat((above - below) / (2 * STEP))
        .isCloseTo(slope, within(SLOPE * Math.max(1, norm(gradient))));
  }

  /** Dead features see the error as a constant, which theirs alone cannot change. */
  @ParameterizedTest
  @MethodSource(ALL)
  void deadFeaturesFollowTheSlopeAndLeaveTheLivingAlone(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 3, DataType.FLOAT64, manager);
      SaeBatch batch = Architectures.batch(config, 4, DataType.FLOAT64, manager);
      // Nothing of the last features fires, all of it below 0 or behind others.
      try (NDArray low = parameters.get(biasOf(config)).get("8:")) {
        low.subi(3);
      }
      SaeGradients script = new SaeGradients(config, parameters, manager);
      SaeLosses alive = script.of(batch, 0.3);
      double[] features = alive.features().toDoubleArray();
      boolean[] dead = new boolean[Architectures.D_SAE];
      for (int i = 0; i < dead.length; i++) {
        dead[i] = fires(features, i) == 0;
      }
      assertThat(dead).contains(true).contains(false);
      SaeBatch withDead = batch.withDead(manager.create(dead));
      SaeLosses revived = script.of(withDead, 0.3);
      if (!config.architecture().script().equals("top_k")) {
        return;
      }
      assertThat(alive.parts().get("auxiliary")).isZero();

      List<String> names = new ArrayList<>(parameters.keySet());
      double[] before = alive.gradients().get(names.indexOf("W_dec")).toDoubleArray();
      double[] after = revived.gradients().get(names.indexOf("W_dec")).toDoubleArray();
      double[] direction = new double[after.length];
      Random random = new Random(5);
      for (int row = 0; row < dead.length; row++) {
        for (int i = row * config.dOut(); i < (row + 1) * config.dOut(); i++) {
          if (dead[row]) {
            direction[i] = random.nextDouble() - 0.5;
          } else {
            assertThat(after[i]).as("living row %d", row).isCloseTo(before[i], within(1e-12));
          }
        }
      }
      if (revived.parts().get("auxiliary") > 0) {
        compareSlope(script, parameters.get("W_dec"), withDead, SaeLosses::total, direction, after);
      }
    }
  }

  private static String biasOf(SaeConfig config) {
    return config.architecture() instanceof GatedSae ? "b_gate" : "b_enc";
  }

  private static long fires(double[] features, int feature) {
    long fires = 0;
    for (int i = feature; i < features.length; i += Architectures.D_SAE) {
      fires += features[i] > 0 ? 1 : 0;
    }
    return fires;
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void thePartsSumToTheTotal(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      SaeLosses losses =
          new SaeGradients(
                  config, Architectures.parameters(config, 1, DataType.FLOAT64, manager), manager)
              .of(Architectures.batch(config, 2, DataType.FLOAT64, manager), 0.3);

      assertThat(losses.parts().values().stream().mapToDouble(part -> part).sum())
          .isCloseTo(losses.total(), within(1e-12));
      assertThat(losses.parts()).containsKey("mse").hasSizeGreaterThan(1);
    }
  }

  /**
   * The gradient of TopK and its kin as sums over active features alone, in plain loops: what a
   * sparse step computes is what the dense one does.
   */
  @ParameterizedTest
  @MethodSource(ALL)
  void theGradientOfActiveFeaturesAloneIsTheDenseOne(SaeConfig config) {
    boolean plain =
        config.architecture() instanceof TopKSae || config.architecture() instanceof BatchTopKSae;
    if (!plain || config.architecture().decoderNorms() == DecoderNorms.IN_FEATURES) {
      return;
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 6, DataType.FLOAT64, manager);
      SaeBatch batch = Architectures.batch(config, 7, DataType.FLOAT64, manager);
      SaeLosses losses = new SaeGradients(config, parameters, manager).of(batch, 0);
      double[] x = batch.x().toDoubleArray();
      double[] target = batch.target().toDoubleArray();
      // A transcoder's belongs to its output and is not taken off its input.
      double[] subtracted =
          config.mapping() == Mapping.AUTOENCODER
              ? parameters.get("b_dec").toDoubleArray()
              : new double[config.dIn()];
      double[] wDec = parameters.get("W_dec").toDoubleArray();
      double[] f = losses.features().toDoubleArray();
      double[] y = losses.reconstruction().toDoubleArray();
      int d = config.dIn();
      int out = config.dOut();
      int m = config.dSae();
      double[] toEncoder = new double[d * m];
      double[] toBias = new double[m];
      double[] toDecoder = new double[m * out];
      for (int row = 0; row < Architectures.ROWS; row++) {
        for (int feature = 0; feature < m; feature++) {
          double value = f[row * m + feature];
          if (value > 0) {
            double slope = 0;
            for (int i = 0; i < out; i++) {
              double error = 2 * (y[row * out + i] - target[row * out + i]) / Architectures.ROWS;
              toDecoder[feature * out + i] += value * error;
              slope += error * wDec[feature * out + i];
            }
            toBias[feature] += slope;
            for (int i = 0; i < d; i++) {
              toEncoder[i * m + feature] += slope * (x[row * d + i] - subtracted[i]);
            }
          }
        }
      }
      List<String> names = new ArrayList<>(parameters.keySet());
      compare(losses, names, "W_enc", toEncoder);
      compare(losses, names, "b_enc", toBias);
      compare(losses, names, "W_dec", toDecoder);
    }
  }

  private static void compare(
      SaeLosses losses, List<String> names, String name, double[] expected) {
    assertThat(losses.gradients().get(names.indexOf(name)).toDoubleArray())
        .as(name)
        .containsExactly(expected, within(1e-12));
    assertThat(norm(expected)).isGreaterThan(0.1);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void aStepLeavesNothingBehindButItsResults(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      SaeGradients script = new SaeGradients(config, parameters, manager);
      int arrays = manager.getManagedArrays().size();
      try (NDManager step = manager.newSubManager()) {
        SaeBatch batch = Architectures.batch(config, 2, DataType.FLOAT32, step);
        int inputs = step.getManagedArrays().size();
        script.of(batch, 0.3);
        assertThat(step.getManagedArrays()).hasSize(inputs + parameters.size() + 2);
      }
      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  @Test
  void theConstraintTakesOutWhatPointsAlongARow() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray decoder = manager.create(new float[][] {{3, 4}, {0, 0}, {0, 2}});
      NDArray gradient = manager.create(new float[][] {{1, 2}, {5, 6}, {7, 8}});

      Constraints.removeParallelInPlace(gradient, decoder);
      Constraints.normalizeInPlace(decoder);

      // (1, 2) − 11/25·(3, 4); a row of zeros has no direction.
      assertThat(GoldenSae.doubles(gradient))
          .containsExactly(new double[] {-0.32, 0.24, 5, 6, 7, 0}, within(1e-6));
      assertThat(GoldenSae.doubles(decoder))
          .containsExactly(new double[] {0.6, 0.8, 0, 0, 0, 1}, within(1e-7));
    }
  }

  @Test
  void refusesWhatIsNotTheConfigurations() {
    SaeConfig config = SaeConfig.of(new TopKSae(2), 3, 6);
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new SaeGradients(config, Map.of(), manager))
          .withMessage("parameters are [], expected [W_enc, b_enc, W_dec, b_dec]");
      SaeGradients script = new SaeGradients(config, parameters, manager);
      NDArray x = manager.ones(new Shape(2, 4));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> script.of(SaeBatch.of(x), 0))
          .withMessage("Shape of x is (2, 4), expected (2, 3)");
    }
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
  }
}
