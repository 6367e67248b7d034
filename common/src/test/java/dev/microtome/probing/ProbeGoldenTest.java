package dev.microtome.probing;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.Torch;
import dev.microtome.stats.Moments;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against plain algebra and torch in float64; see golden/probes/README.md. */
class ProbeGoldenTest {
  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  /** float64 sums over 160 rows. */
  private static final double ROUNDING = 1e-9;

  @Test
  void contrastConsistentSearchHasTorchsLossAndGradients() {
    try (ProbeGolden golden = ProbeGolden.open();
        ContrastSearch search =
            new ContrastSearch(golden.matrix("ccs.x0"), golden.matrix("ccs.x1"))) {
      double[] w = golden.doubles("ccs.w");
      double b = golden.doubles("ccs.b")[0];
      ContrastSearch.Loss loss = search.loss(w, b);
      assertThat(loss.consistency())
          .isCloseTo(golden.doubles("ccs.consistency")[0], within(ROUNDING));
      assertThat(loss.confidence())
          .isCloseTo(golden.doubles("ccs.confidence")[0], within(ROUNDING));
      assertThat(loss.total()).isCloseTo(golden.doubles("ccs.loss")[0], within(ROUNDING));
      assertThat(loss.byWeights()).containsExactly(golden.doubles("ccs.grad_w"), within(ROUNDING));
      assertThat(loss.byIntercept()).isCloseTo(golden.doubles("ccs.grad_b")[0], within(ROUNDING));
      assertThat(loss.p0()).containsExactly(golden.doubles("ccs.p0"), within(ROUNDING));
      assertThat(loss.p1()).containsExactly(golden.doubles("ccs.p1"), within(ROUNDING));
    }
  }

  @Test
  void contrastConsistentSearchTrainsAsTorchs() {
    try (ProbeGolden golden = ProbeGolden.open();
        ContrastSearch search =
            new ContrastSearch(golden.matrix("ccs.x0"), golden.matrix("ccs.x1"))) {
      ContrastSearch.Direction found =
          search.train(
              new ContrastSearch.Settings(100, 0.01, 0.01, 1),
              golden.doubles("ccs.w"),
              golden.doubles("ccs.b")[0]);
      assertThat(found.weights())
          .containsExactly(golden.doubles("ccs.trained_w"), within(ROUNDING));
      assertThat(found.intercept()).isCloseTo(golden.doubles("ccs.trained_b")[0], within(ROUNDING));
      assertThat(found.loss()).isCloseTo(golden.doubles("ccs.trained_loss")[0], within(ROUNDING));
      int[] labels = golden.labels("ccs.labels");
      assertThat(found.accuracy(golden.matrix("ccs.x0"), golden.matrix("ccs.x1"), labels))
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.4, 0.5})
  void aConstantProbeLosesWhatTheFormulaSays(double p) {
    try (ProbeGolden golden = ProbeGolden.open();
        ContrastSearch search =
            new ContrastSearch(golden.matrix("ccs.x0"), golden.matrix("ccs.x1"))) {
      double loss = search.loss(new double[8], Math.log(p / (1 - p))).total();
      assertThat(loss).isCloseTo(p == 0.4 ? 0.2 : 0.25, within(1e-14));
    }
  }

  @Test
  void pairDifferencesHaveTheFirstComponent() {
    try (ProbeGolden golden = ProbeGolden.open()) {
      double[] expected = golden.doubles("pair_difference_first_component_up_to_sign");
      double[] found =
          ContrastSearch.firstComponent(golden.matrix("ccs.x0"), golden.matrix("ccs.x1"));
      double sign = Math.signum(expected[0] * found[0]);
      for (int i = 0; i < expected.length; i++) {
        assertThat(sign * found[i]).isCloseTo(expected[i], within(ROUNDING));
      }
    }
  }

  @Test
  void nullSpaceProjectionHasTheRoundsOfScikitLearnsProbes() {
    try (ProbeGolden golden = ProbeGolden.open();
        ProbeRows x = ProbeRows.of(golden.matrix("x"))) {
      List<NullSpaceProjection.Round> rounds =
          NullSpaceProjection.rounds(x, golden.labels("labels_three"), 3, 3, 1);
      for (int i = 0; i < 3; i++) {
        // The reference's probes are answers of a search that stops early.
        assertClose(rounds.get(i).probe().weights(), golden.matrix("inlp." + i + ".weights"), 1e-4);
        assertClose(
            identity(8).plus(rounds.get(i).removed().product().scaled(-1)),
            golden.matrix("inlp." + i + ".P"),
            1e-4);
        assertThat(rounds.get(i).basis().rows()).isEqualTo(2 * (i + 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theFantopesNearestMatrix(int k) {
    try (ProbeGolden golden = ProbeGolden.open()) {
      assertClose(
          Fantope.nearest(golden.matrix("fantope.A"), k),
          golden.matrix("fantope." + k + ".projection"),
          ROUNDING);
    }
  }

  @Test
  void meansOfClasses() {
    try (ProbeGolden golden = ProbeGolden.open();
        ProbeRows x = ProbeRows.of(golden.matrix("x"))) {
      int[] labels = golden.labels("labels_binary");
      double[] z = new double[2 * labels.length];
      for (int i = 0; i < labels.length; i++) {
        z[2 * i + labels[i]] = 1;
      }
      Moments moments = x.moments(Matrix.of(labels.length, 2, z));
      ClassMeans means = ClassMeans.of(moments, 8);
      double[] difference = golden.doubles("difference_of_means");
      assertThat(means.difference(1, 0)).containsExactly(difference, within(ROUNDING));
      assertClose(means.within(), golden.matrix("within_covariance"), ROUNDING);
      assertThat(means.differenceOfMeans().weights().row(0))
          .containsExactly(difference, within(ROUNDING));
      assertThat(means.massMean().weights().row(0))
          .containsExactly(golden.doubles("mass_mean_whitened"), within(ROUNDING));
      assertThat(means.rows(0) + means.rows(1)).isEqualTo(160);
    }
  }

  private static Matrix identity(int n) {
    double[] values = new double[n * n];
    for (int i = 0; i < n; i++) {
      values[i * n + i] = 1;
    }
    return Matrix.of(n, n, values);
  }
}
