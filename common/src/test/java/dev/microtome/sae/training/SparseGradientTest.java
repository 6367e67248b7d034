package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.sae.Auxiliary;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeGradients;
import dev.microtome.sae.SaeLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Features, losses and gradients of the fast step are those of {@link SaeGradients} in float64. */
class SparseGradientTest {
  private static final int ROWS = 300;
  private static final double K = 4.7;

  static Stream<Arguments> architectures() {
    Auxiliary none = new Auxiliary(0, 4, Formulation.PAPER);
    Auxiliary half = new Auxiliary(0.5, 4, Formulation.PAPER);
    List<Integer> widths = List.of(10, 11, 40, DenseStep.FEATURES);
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

  private static TopKShape shape(SaeArchitecture architecture) {
    TopKShape shape =
        TopKShape.of(DenseStep.WIDTH, DenseStep.FEATURES, 1)
            .withDecoderNorm(DecoderNorm.FREE)
            .ofBatch(K);
    if (architecture instanceof MatryoshkaSae matryoshka) {
      return shape
          .withWidths(matryoshka.widths())
          .withAuxiliary(matryoshka.auxiliary().coefficient(), 4, 100);
    }
    return shape.withAuxiliary(((BatchTopKSae) architecture).auxiliary().coefficient(), 4, 100);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}, {3} threads")
  @MethodSource("architectures")
  void theFastStepIsTheDenseOne(
      SaeArchitecture architecture, PreBias preBias, Mapping mapping, int threads) {
    TopKShape shape = DenseStep.mapped(shape(architecture), preBias, mapping);
    TopKParameters parameters = DenseStep.parameters(shape);
    GradientRecorder recorder = new GradientRecorder();
    float[][] rows = DenseStep.rows(ROWS, shape.rowWidth());
    long[] silence = new long[DenseStep.FEATURES];
    boolean[] dead = new boolean[DenseStep.FEATURES];
    for (int i = 0; i < DenseStep.FEATURES; i += 7) {
      silence[i] = 101;
      dead[i] = true;
    }
    try (Workers workers = new Workers(threads);
        TopKStep step = new TopKStep(shape, parameters, recorder, workers);
        NDManager manager = NDManager.newBaseManager()) {
      step.window().resume(silence);
      StepSums sums = step.forward(rows);
      step.backward(sums, 0);
      SaeConfig config = DenseStep.config(architecture, preBias, mapping);
      SaeLosses expected = DenseStep.dense(config, parameters, rows, dead, 0, manager);

      assertThat(sums.active()).isEqualTo((long) (K * ROWS));
      assertFeatures(step.codes(), expected.features().toDoubleArray());
      assertThat(sums.loss(shape) / expected.total()).isCloseTo(1, within(1e-5));
      assertThat(sums.squaredError() / ROWS / expected.parts().get("mse"))
          .isCloseTo(1, within(1e-5));
      DenseStep.assertGradients(recorder, config, expected);
    }
  }

  private static void assertFeatures(SparseCodes codes, double[] dense) {
    List<String> found = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < codes.count(row); i++) {
        found.add(row + " " + codes.index(row, i));
        assertThat((double) codes.value(row, i))
            .isCloseTo(dense[row * DenseStep.FEATURES + codes.index(row, i)], within(1e-5));
      }
      for (int j = 0; j < DenseStep.FEATURES; j++) {
        if (dense[row * DenseStep.FEATURES + j] > 0) {
          expected.add(row + " " + j);
        }
      }
    }
    assertThat(found).isEqualTo(expected);
  }
}
