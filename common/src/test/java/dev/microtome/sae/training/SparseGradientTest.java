package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.sae.Auxiliary;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeBatch;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeGradients;
import dev.microtome.sae.SaeLosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Features, losses and gradients of the fast step are those of {@link SaeGradients} in float64. */
class SparseGradientTest {
  private static final int WIDTH = 20;
  private static final int TARGETS = 23;
  private static final int FEATURES = 70;
  private static final int ROWS = 300;
  private static final double K = 4.7;

  static Stream<Arguments> architectures() {
    Auxiliary none = new Auxiliary(0, 4, Formulation.PAPER);
    Auxiliary half = new Auxiliary(0.5, 4, Formulation.PAPER);
    List<Integer> widths = List.of(10, 11, 40, FEATURES);
    return Stream.of(none, half)
        .flatMap(
            auxiliary -> {
              SaeArchitecture batch = new BatchTopKSae(K, auxiliary, DecoderNorms.FREE, 0.01);
              SaeArchitecture matryoshka =
                  new MatryoshkaSae(
                      widths, K, auxiliary, MatryoshkaSae.Scope.WHOLE, DecoderNorms.FREE, 0.01);
              return Stream.of(
                  Arguments.of(batch, PreBias.TIED, Mapping.AUTOENCODER, 1),
                  Arguments.of(batch, PreBias.TIED, Mapping.AUTOENCODER, 2),
                  Arguments.of(batch, PreBias.NONE, Mapping.AUTOENCODER, 1),
                  Arguments.of(batch, PreBias.NONE, Mapping.TRANSCODER, 2),
                  Arguments.of(matryoshka, PreBias.TIED, Mapping.AUTOENCODER, 2),
                  Arguments.of(matryoshka, PreBias.NONE, Mapping.SKIP_TRANSCODER, 2));
            });
  }

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

  private static SaeConfig config(SaeArchitecture architecture, PreBias preBias, Mapping mapping) {
    SaeConfig config = SaeConfig.of(architecture, WIDTH, FEATURES).with(preBias);
    return switch (mapping) {
      case AUTOENCODER -> config;
      case TRANSCODER -> config.transcodingTo(TARGETS);
      case SKIP_TRANSCODER -> config.skippingTo(TARGETS);
    };
  }

  private static TopKShape mapped(TopKShape shape, PreBias preBias, Mapping mapping) {
    return mapping == Mapping.AUTOENCODER
        ? shape.withPreBias(preBias)
        : shape.transcodingTo(TARGETS, mapping);
  }

  private static TopKShape shape(SaeArchitecture architecture) {
    TopKShape shape = TopKShape.of(WIDTH, FEATURES, 1).withDecoderNorm(DecoderNorm.FREE).ofBatch(K);
    if (architecture instanceof MatryoshkaSae matryoshka) {
      return shape
          .withWidths(matryoshka.widths())
          .withAuxiliary(matryoshka.auxiliary().coefficient(), 4, 100);
    }
    return shape.withAuxiliary(((BatchTopKSae) architecture).auxiliary().coefficient(), 4, 100);
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

  private static float[][] rows(int count, int width) {
    Random random = new Random(5);
    float[][] rows = new float[count][width];
    for (float[] row : rows) {
      // Rows differ in length, so that they differ in their numbers of features.
      double scale = Math.exp(0.5 * random.nextGaussian());
      for (int j = 0; j < width; j++) {
        row[j] = (float) (0.3 + scale * random.nextGaussian());
      }
    }
    return rows;
  }

  private static NDArray float64(float[] values, Shape shape, NDManager manager) {
    return manager.create(values, shape).toType(DataType.FLOAT64, false);
  }

  private static SaeLosses dense(
      SaeConfig config,
      TopKParameters parameters,
      float[][] rows,
      boolean[] dead,
      double sparsity,
      NDManager manager) {
    Map<String, NDArray> named = new LinkedHashMap<>();
    Map<String, float[]> weights = parameters.saeLens();
    config
        .parameters()
        .forEach((name, shape) -> named.put(name, float64(weights.get(name), shape, manager)));
    NDArray x = columns(rows, 0, WIDTH, manager);
    NDArray target =
        config.mapping() == Mapping.AUTOENCODER ? x : columns(rows, WIDTH, TARGETS, manager);
    return new SaeGradients(config, named, manager)
        .of(new SaeBatch(x, target, Optional.of(manager.create(dead))), sparsity);
  }

  private static NDArray columns(float[][] rows, int from, int width, NDManager manager) {
    float[] flat = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], from, flat, i * width, width);
    }
    return float64(flat, new Shape(rows.length, width), manager);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}, {3} threads")
  @MethodSource("architectures")
  void theFastStepIsTheDenseOne(
      SaeArchitecture architecture, PreBias preBias, Mapping mapping, int threads) {
    TopKShape shape = mapped(shape(architecture), preBias, mapping);
    TopKParameters parameters = parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    float[][] rows = rows(ROWS, shape.rowWidth());
    long[] silence = new long[FEATURES];
    boolean[] dead = new boolean[FEATURES];
    for (int i = 0; i < FEATURES; i += 7) {
      silence[i] = 101;
      dead[i] = true;
    }
    try (Workers workers = new Workers(threads);
        TopKStep step = new TopKStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      step.window().resume(silence);
      StepSums sums = step.forward(rows);
      step.backward(sums, 0);
      SaeConfig config = config(architecture, preBias, mapping);
      SaeLosses expected = dense(config, parameters, rows, dead, 0, manager);

      assertThat(sums.active()).isEqualTo((long) (K * ROWS));
      assertFeatures(step.codes(), expected.features().toDoubleArray());
      assertThat(sums.loss(shape) / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(sums.squaredError() / ROWS / expected.parts().get("mse"))
          .isCloseTo(1, within(1e-5));
      assertGradients(recorder, config, expected);
    }
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
        mapped(
            TopKShape.ofRelu(
                WIDTH,
                FEATURES,
                preBias,
                byNorms ? Penalty.BY_DECODER_NORMS : Penalty.SUM,
                DecoderNorm.FREE,
                100),
            preBias,
            mapping);
    TopKParameters parameters = parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    for (int j = 0; j < FEATURES; j++) {
      parameters.encoderBias()[j] -= lower;
    }
    float[][] rows = rows(1000, shape.rowWidth());
    try (Workers workers = new Workers(1);
        ReluStep step = new ReluStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      StepSums sums = step.forward(rows, 0.3);
      step.backward(sums, 0);
      SaeConfig config = config(architecture, preBias, mapping);
      SaeLosses expected = dense(config, parameters, rows, new boolean[FEATURES], 0.3, manager);

      assertThat(sums.loss(shape) / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(sums.penalty() / rows.length / expected.parts().get("l1"))
          .isCloseTo(1, within(1e-5));
      double[] features = expected.features().toDoubleArray();
      assertThat(sums.active()).isEqualTo(Arrays.stream(features).filter(f -> f > 0).count());
      double share = (double) sums.active() / features.length;
      assertThat(share).isBetween(lower == 0 ? 0.3 : 0.003, lower == 0 ? 0.7 : 0.04);
      assertGradients(recorder, config, expected);
    }
  }

  /** Rows of norm 1 turn and do not grow; what moved them is put back to norm 1. */
  @Test
  void rowsOfAReluThatAreHeldAtNormOneTurnAlone() {
    TopKShape free =
        TopKShape.ofRelu(WIDTH, FEATURES, PreBias.TIED, Penalty.SUM, DecoderNorm.FREE, 100);
    TopKShape held = free.withDecoderNorm(DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT);
    float[][] rows = rows(100, WIDTH);
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
    for (int i = 0; i < FEATURES; i++) {
      float[] row = parameters.decoder()[i];
      float[] all = found.get(DecoderNorm.FREE).gradient(Parameter.W_DEC, i, WIDTH);
      float[] across = found.get(held.decoderNorm()).gradient(Parameter.W_DEC, i, WIDTH);
      double parallel = dot(all, row);
      along = Math.max(along, Math.abs(parallel));
      for (int j = 0; j < WIDTH; j++) {
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
        mapped(
            TopKShape.ofJumpRelu(WIDTH, FEATURES, preBias, bandwidth, DecoderNorm.FREE, 100),
            preBias,
            mapping);
    TopKParameters parameters = parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    for (int j = 0; j < FEATURES; j++) {
      parameters.encoderBias()[j] -= lower;
      parameters.logThresholds()[j] = (float) Math.log(0.05 + 0.02 * j);
    }
    float[][] rows = rows(1000, shape.rowWidth());
    try (Workers workers = new Workers(2);
        ReluStep step = new ReluStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      StepSums sums = step.forward(rows, 0.3);
      step.backward(sums, 0);
      JumpReluSae architecture =
          new JumpReluSae(
              0.3,
              bandwidth,
              new JumpReluSae.Count(),
              JumpReluSae.Estimate.THRESHOLD,
              0,
              Formulation.PAPER);
      SaeConfig config = config(architecture, preBias, mapping);
      SaeLosses expected = dense(config, parameters, rows, new boolean[FEATURES], 0.3, manager);

      assertThat(sums.loss(shape) / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(sums.penalty() / rows.length / expected.parts().get("l0"))
          .isCloseTo(1, within(1e-5));
      double[] features = expected.features().toDoubleArray();
      assertThat(sums.active()).isEqualTo(Arrays.stream(features).filter(f -> f > 0).count());
      double share = (double) sums.active() / features.length;
      assertThat(share).isBetween(lower == 0 ? 0.1 : 0.003, lower == 0 ? 0.7 : 0.05);
      assertGradients(recorder, config, expected);
    }
  }

  /** Gates that are open where their feature is not, and features that their gates keep closed. */
  @ParameterizedTest(name = "{0}, {1}, biases lower by {2}")
  @MethodSource("jumps")
  void theGatedStepIsTheDenseOne(PreBias preBias, Mapping mapping, float lower) {
    TopKShape shape =
        mapped(
            TopKShape.ofGated(WIDTH, FEATURES, preBias, DecoderNorm.FREE, 100), preBias, mapping);
    TopKParameters parameters = parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    for (int j = 0; j < FEATURES; j++) {
      parameters.row(Parameter.B_GATE)[j] -= lower;
      parameters.row(Parameter.B_MAG)[j] -= 1.1f * lower;
    }
    float[][] rows = rows(1000, shape.rowWidth());
    try (Workers workers = new Workers(2);
        ReluStep step = new ReluStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      StepSums sums = step.forward(rows, 0.3);
      step.backward(sums, 0);
      SaeConfig config = config(new GatedSae(0.3), preBias, mapping);
      SaeLosses expected = dense(config, parameters, rows, new boolean[FEATURES], 0.3, manager);

      assertThat(sums.loss(shape) / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(sums.penalty() / rows.length / expected.parts().get("l1"))
          .isCloseTo(1, within(1e-5));
      assertThat(sums.auxiliaryError() / rows.length / expected.parts().get("auxiliary"))
          .isCloseTo(1, within(1e-5));
      double[] features = expected.features().toDoubleArray();
      assertThat(sums.active()).isEqualTo(Arrays.stream(features).filter(f -> f > 0).count());
      double share = (double) sums.active() / features.length;
      assertThat(share).isBetween(lower == 0 ? 0.1 : 0.003, lower == 0 ? 0.7 : 0.05);
      assertGradients(recorder, config, expected);
    }
  }

  /** By which inputs are drawn for dead features. */
  @ParameterizedTest(name = "biases lower by {0}")
  @ValueSource(floats = {0, 2})
  void lossesOfRowsAddUpToTheBatchs(float lower) {
    TopKShape shape =
        TopKShape.ofRelu(WIDTH, FEATURES, PreBias.TIED, Penalty.SUM, DecoderNorm.FREE, 100);
    TopKParameters parameters = parameters(shape);
    for (int j = 0; j < FEATURES; j++) {
      parameters.encoderBias()[j] -= lower;
    }
    float[][] rows = rows(1000, WIDTH);
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

  private static void assertGradients(
      GradientRecorder recorder, SaeConfig config, SaeLosses expected) {
    int i = 0;
    for (String name : config.parameters().keySet()) {
      Parameter parameter =
          Arrays.stream(Parameter.values())
              .filter(each -> each.toString().equals(name))
              .findFirst()
              .orElseThrow();
      assertGradients(parameter, recorder, expected.gradients().get(i++));
    }
  }

  private static void assertFeatures(SparseCodes codes, double[] dense) {
    List<String> found = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < codes.count(row); i++) {
        found.add(row + " " + codes.index(row, i));
        assertThat((double) codes.value(row, i))
            .isCloseTo(dense[row * FEATURES + codes.index(row, i)], within(1e-5));
      }
      for (int j = 0; j < FEATURES; j++) {
        if (dense[row * FEATURES + j] > 0) {
          expected.add(row + " " + j);
        }
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  private static void assertGradients(
      Parameter parameter, GradientRecorder recorder, NDArray gradient) {
    NDArray byRow = parameter == Parameter.W_ENC ? gradient.transpose() : gradient;
    double[] dense = byRow.toDoubleArray();
    int count = byRow.getShape().dimension() == 2 ? (int) byRow.getShape().get(0) : 1;
    int width = dense.length / count;
    double largest = 0;
    for (double value : dense) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isGreaterThan(1e-4);
    for (int i = 0; i < count; i++) {
      float[] sparse = recorder.gradient(parameter, i, width);
      for (int j = 0; j < width; j++) {
        assertThat((double) sparse[j])
            .as("%s [%d, %d]", parameter, i, j)
            .isCloseTo(dense[i * width + j], within(2e-5 * largest));
      }
    }
  }
}
