package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeLosses;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Features, losses and gradients of {@link ReluStep} are those of the dense step, whatever the
 * gates.
 */
class ReluGradientTest {
  static Stream<Arguments> relus() {
    return Stream.of(new ReluSae2023(0.3), new ReluSae2024(0.3))
        .flatMap(
            relu ->
                Stream.of(
                    Arguments.of(relu, PreBias.TIED, Mapping.AUTOENCODER, 0f),
                    Arguments.of(relu, PreBias.NONE, Mapping.AUTOENCODER, 0f),
                    Arguments.of(relu, PreBias.NONE, Mapping.AUTOENCODER, 2f),
                    Arguments.of(relu, PreBias.NONE, Mapping.TRANSCODER, 2f),
                    Arguments.of(relu, PreBias.NONE, Mapping.SKIP_TRANSCODER, 0f)));
  }

  /**
   * More rows than the tiles that are done together; about half of the features fire, or so few
   * that they are listed.
   */
  @ParameterizedTest(name = "{0}, {1}, {2}, biases lower by {3}")
  @MethodSource("relus")
  void theReluStepIsTheDenseOne(
      SaeArchitecture architecture, PreBias preBias, Mapping mapping, float lower) {
    boolean byNorms = architecture instanceof ReluSae2024;
    TopKShape shape =
        DenseStep.mapped(
            TopKShape.ofRelu(
                DenseStep.WIDTH,
                DenseStep.FEATURES,
                preBias,
                byNorms ? Penalty.BY_DECODER_NORMS : Penalty.SUM,
                DecoderNorm.FREE,
                100),
            preBias,
            mapping);
    TopKParameters parameters = DenseStep.parameters(shape);
    for (int j = 0; j < DenseStep.FEATURES; j++) {
      parameters.encoderBias()[j] -= lower;
    }
    assertDense(
        shape,
        parameters,
        DenseStep.config(architecture, preBias, mapping),
        1,
        "l1",
        lower > 0 ? new Range(0.003, 0.04) : new Range(0.3, 0.7));
  }

  /** Rows of norm 1 turn and do not grow; what moved them is put back to norm 1. */
  @Test
  void rowsOfAReluThatAreHeldAtNormOneTurnAlone() {
    TopKShape free =
        TopKShape.ofRelu(
            DenseStep.WIDTH, DenseStep.FEATURES, PreBias.TIED, Penalty.SUM, DecoderNorm.FREE, 100);
    TopKShape held = free.withDecoderNorm(DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT);
    float[][] rows = DenseStep.rows(100, DenseStep.WIDTH);
    Map<DecoderNorm, GradientRecorder> found = new EnumMap<>(DecoderNorm.class);
    TopKParameters parameters = TopKParameters.of(held, 3);
    for (TopKShape shape : List.of(free, held)) {
      GradientRecorder recorder = new GradientRecorder();
      found.put(shape.decoderNorm(), recorder);
      try (Workers workers = new Workers(1);
          ReluStep step = new ReluStep(shape, parameters, recorder, workers)) {
        step.backward(step.forward(rows, 0.3), 0);
      }
    }
    double along = 0;
    for (int i = 0; i < DenseStep.FEATURES; i++) {
      float[] row = parameters.decoder()[i];
      float[] all = found.get(DecoderNorm.FREE).gradient(Parameter.W_DEC, i, DenseStep.WIDTH);
      float[] across = found.get(held.decoderNorm()).gradient(Parameter.W_DEC, i, DenseStep.WIDTH);
      double parallel = dot(all, row);
      along = Math.max(along, Math.abs(parallel));
      for (int j = 0; j < DenseStep.WIDTH; j++) {
        // Float32 of values up to 2; saw 1.3e-6.
        assertThat((double) across[j]).isCloseTo(all[j] - parallel * row[j], within(1e-5));
      }
    }
    assertThat(along).isGreaterThan(0.01);

    for (float[] row : parameters.decoder()) {
      row[0] += 0.5f;
    }
    try (Workers workers = new Workers(1);
        ReluStep step = new ReluStep(held, parameters, new GradientRecorder(), workers)) {
      step.backward(step.forward(rows, 0.3), 0);
    }
    for (float[] row : parameters.decoder()) {
      assertThat(dot(row, row)).isCloseTo(1, within(1e-6));
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }

  static Stream<Arguments> jumps() {
    return Stream.of(
        Arguments.of(PreBias.TIED, Mapping.AUTOENCODER, 0f),
        Arguments.of(PreBias.NONE, Mapping.AUTOENCODER, 0f),
        Arguments.of(PreBias.NONE, Mapping.AUTOENCODER, 1.5f),
        Arguments.of(PreBias.NONE, Mapping.TRANSCODER, 1.5f),
        Arguments.of(PreBias.NONE, Mapping.SKIP_TRANSCODER, 0f));
  }

  /**
   * Thresholds below half the bandwidth, so that all that does not fire is within their window, and
   * above.
   */
  @ParameterizedTest(name = "{0}, {1}, biases lower by {2}")
  @MethodSource("jumps")
  void theJumpReluStepIsTheDenseOne(PreBias preBias, Mapping mapping, float lower) {
    double bandwidth = 0.4;
    TopKShape shape =
        DenseStep.mapped(
            TopKShape.ofJumpRelu(
                DenseStep.WIDTH, DenseStep.FEATURES, preBias, bandwidth, DecoderNorm.FREE, 100),
            preBias,
            mapping);
    TopKParameters parameters = DenseStep.parameters(shape);
    for (int j = 0; j < DenseStep.FEATURES; j++) {
      parameters.encoderBias()[j] -= lower;
      parameters.logThresholds()[j] = (float) Math.log(0.05 + 0.02 * j);
    }
    JumpReluSae architecture =
        new JumpReluSae(
            0.3,
            bandwidth,
            new JumpReluSae.Count(),
            JumpReluSae.Estimate.THRESHOLD,
            0,
            Formulation.PAPER);
    assertDense(
        shape,
        parameters,
        DenseStep.config(architecture, preBias, mapping),
        2,
        "l0",
        lower > 0 ? new Range(0.003, 0.05) : new Range(0.1, 0.7));
  }

  /** Gates that are open where their feature is not, and features that their gates keep closed. */
  @ParameterizedTest(name = "{0}, {1}, biases lower by {2}")
  @MethodSource("jumps")
  void theGatedStepIsTheDenseOne(PreBias preBias, Mapping mapping, float lower) {
    TopKShape shape =
        DenseStep.mapped(
            TopKShape.ofGated(DenseStep.WIDTH, DenseStep.FEATURES, preBias, DecoderNorm.FREE, 100),
            preBias,
            mapping);
    TopKParameters parameters = DenseStep.parameters(shape);
    for (int j = 0; j < DenseStep.FEATURES; j++) {
      parameters.row(Parameter.B_GATE)[j] -= lower;
      parameters.row(Parameter.B_MAG)[j] -= 1.1f * lower;
    }
    assertDense(
        shape,
        parameters,
        DenseStep.config(new GatedSae(0.3), preBias, mapping),
        2,
        "l1",
        lower > 0 ? new Range(0.003, 0.05) : new Range(0.1, 0.7));
  }

  private record Range(double least, double most) {}

  /**
   * Holds a step on 1000 rows against the dense one.
   *
   * @param penalty the name of that part of the loss
   * @param open share of features that fire
   */
  private static void assertDense(
      TopKShape shape,
      TopKParameters parameters,
      SaeConfig config,
      int threads,
      String penalty,
      Range open) {
    GradientRecorder recorder = new GradientRecorder();
    float[][] rows = DenseStep.rows(1000, shape.rowWidth());
    try (Workers workers = new Workers(threads);
        ReluStep step = new ReluStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      StepSums sums = step.forward(rows, 0.3);
      step.backward(sums, 0);
      SaeLosses expected =
          DenseStep.dense(config, parameters, rows, new boolean[DenseStep.FEATURES], 0.3, manager);

      assertThat(sums.loss(shape) / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(sums.penalty() / rows.length / expected.parts().get(penalty))
          .isCloseTo(1, within(1e-5));
      if (shape.selection() == Selection.GATED) {
        assertThat(sums.auxiliaryError() / rows.length / expected.parts().get("auxiliary"))
            .isCloseTo(1, within(1e-5));
      }
      double[] features = expected.features().toDoubleArray();
      assertThat(sums.active()).isEqualTo(Arrays.stream(features).filter(f -> f > 0).count());
      assertThat((double) sums.active() / features.length).isBetween(open.least(), open.most());
      DenseStep.assertGradients(recorder, config, expected);
    }
  }

  /** By which inputs are drawn for dead features. */
  @ParameterizedTest(name = "biases lower by {0}")
  @ValueSource(floats = {0, 2})
  void lossesOfRowsAddUpToTheBatchs(float lower) {
    TopKShape shape =
        TopKShape.ofRelu(
            DenseStep.WIDTH, DenseStep.FEATURES, PreBias.TIED, Penalty.SUM, DecoderNorm.FREE, 100);
    TopKParameters parameters = DenseStep.parameters(shape);
    for (int j = 0; j < DenseStep.FEATURES; j++) {
      parameters.encoderBias()[j] -= lower;
    }
    float[][] rows = DenseStep.rows(1000, DenseStep.WIDTH);
    try (Workers workers = new Workers(2);
        ReluStep step = new ReluStep(shape, parameters, new GradientRecorder(), workers)) {
      double[] losses = step.losses(rows, 0.3);
      double loss = step.forward(rows, 0.3).loss(shape);
      double[] ofLast = step.losses(new float[][] {rows[999], rows[0]}, 0.3);

      assertThat(Arrays.stream(losses).average().orElseThrow() / loss).isCloseTo(1, within(1e-5));
      assertThat(ofLast[0] / losses[999]).isCloseTo(1, within(1e-5));
      assertThat(ofLast[1] / losses[0]).isCloseTo(1, within(1e-5));
    }
  }
}
