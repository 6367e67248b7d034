package dev.microtome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LbfgsTest {
  /** Σ cosh(sᵢ·(xᵢ − i)) − 1: convex, not quadratic, curvatures from 1 to 10⁴. */
  private static final Lbfgs.Objective UNEVEN =
      at -> {
        double value = 0;
        double[] gradient = new double[at.length];
        for (int i = 0; i < at.length; i++) {
          double unit = Math.pow(10, 2.0 * i / (at.length - 1));
          value += Math.cosh(unit * (at[i] - i)) - 1;
          gradient[i] = unit * Math.sinh(unit * (at[i] - i));
        }
        return new Lbfgs.Point(at, value, gradient);
      };

  @Test
  void findsTheMinimumOfAConvexFunction() {
    double[] start = {0.3, 0.9, 2.1, 2.95, 4.02};
    Lbfgs.Minimum found = Lbfgs.DEFAULT.minimise(start, UNEVEN);
    assertThat(found.converged()).isTrue();
    assertThat(found.iterations()).isBetween(2, 60);
    assertThat(found.point().at()).containsExactly(new double[] {0, 1, 2, 3, 4}, within(1e-7));
    assertThat(start[0]).isEqualTo(0.3);
  }

  @Test
  void saysThatStepsRanOut() {
    Lbfgs.Minimum found = new Lbfgs(10, 2, 1e-9).minimise(new double[] {0.3, 1.02}, UNEVEN);
    assertThat(found.converged()).isFalse();
    assertThat(found.iterations()).isEqualTo(2);
  }

  @Test
  void staysAtAMinimum() {
    Lbfgs.Minimum found = Lbfgs.DEFAULT.minimise(new double[] {0, 1}, UNEVEN);
    assertThat(found.converged()).isTrue();
    assertThat(found.iterations()).isZero();
  }

  @Test
  void refusesNoMemory() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lbfgs(0, 10, 0.1))
        .withMessage("memory 0 and maxIterations 10 must be positive");
  }
}
