package dev.microtome.probing;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.Torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against scikit-learn's minimum, polished by Newton's steps; see golden/probes/README.md. */
class LogisticGoldenTest {
  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @CsvSource({
    "binary.C1, labels_binary, 2, 1, 33.11589699029651, 0.9375",
    "binary.C0.05, labels_binary, 2, 0.05, 2.6574804379051233, 0.90625",
    "three.C1, labels_three, 3, 1, 50.729888809986754, 0.8875",
  })
  void isTheMinimum(
      String name, String labels, int classes, double c, double objective, double accuracy) {
    try (ProbeGolden golden = ProbeGolden.open();
        ProbeRows x = ProbeRows.of(golden.matrix("x"))) {
      int[] y = golden.labels(labels);
      LogisticFitter.Fit fit = new LogisticFitter(x, y, classes).fit(c);
      assertThat(fit.converged()).isTrue();
      assertClose(fit.probe().weights(), golden.matrix(name + ".weights"), 1e-8); // saw 7e-10
      assertThat(fit.probe().intercepts())
          .containsExactly(golden.doubles(name + ".intercept"), within(1e-8));
      assertThat(fit.objective()).isCloseTo(objective, within(1e-10));
      Matrix logs = fit.probe().logProbabilities(x);
      Matrix expected = golden.matrix(name + ".probabilities");
      for (int row = 0; row < x.rows(); row++) {
        for (int i = 0; i < classes; i++) {
          assertThat(Math.exp(logs.at(row, i))).isCloseTo(expected.at(row, i), within(1e-8));
        }
      }
      int[] predicted = fit.probe().predict(x);
      int right = 0;
      for (int row = 0; row < y.length; row++) {
        right += predicted[row] == y[row] ? 1 : 0;
      }
      assertThat((double) right / y.length).isEqualTo(accuracy);
    }
  }
}
