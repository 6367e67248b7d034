package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogDerivativeTest {
  @Test
  void isExactOnLogarithmsWhateverTheGridAndTheUnit() {
    double[] x = {1, 3, 4, 10, 50};
    double[] y = Arrays.stream(x).map(each -> 2 - 0.7 * Math.log(each)).toArray();
    double[] tokens = Arrays.stream(x).map(each -> 4096 * each).toArray();
    for (double slope : LogDerivative.of(x, y)) {
      assertThat(slope).isCloseTo(-0.7, within(1e-12));
    }
    assertThat(LogDerivative.of(tokens, y)).containsExactly(LogDerivative.of(x, y), within(1e-12));
  }

  @Test
  void differencesAreCentralInsideAndOneSidedAtTheEnds() {
    double[] slopes =
        LogDerivative.of(new double[] {1, Math.E, Math.E * Math.E}, new double[] {0, 1, 4});
    assertThat(slopes).containsExactly(new double[] {1, 2, 3}, within(1e-12));
  }

  @Test
  void stepZeroHasNoLogarithm() {
    double[] slopes = LogDerivative.of(new double[] {0, 1, Math.E}, new double[] {100, 1, 3});
    assertThat(slopes[0]).isNaN();
    assertThat(slopes[1]).isCloseTo(2, within(1e-12));
    assertThat(LogDerivative.of(new double[] {0, 5}, new double[] {1, 1})).containsOnly(Double.NaN);
    assertThat(LogDerivative.of(new double[0], new double[0])).isEmpty();
  }

  @Test
  void refusesWhatIsNoCurve() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogDerivative.of(new double[] {1, 1}, new double[] {1, 2}))
        .withMessage("x must increase: 1.0 then 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogDerivative.of(new double[] {1}, new double[0]))
        .withMessage("1 x and 0 y");
  }
}
