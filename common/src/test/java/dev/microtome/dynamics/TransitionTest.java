package dev.microtome.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import org.junit.jupiter.api.Test;

class TransitionTest {
  @Test
  void crossingsAreInterpolatedInTheLogarithmOfTheStep() {
    Transition fall = Transition.of(new long[] {0, 1, 10, 100, 1000}, new double[] {7, 4, 4, 0, 0});

    assertThat(fall.before()).isEqualTo(4);
    assertThat(fall.after()).isZero();
    // Between steps 10 and 100 the metric falls by 4: a tenth of that a tenth of the way in log10.
    assertThat(fall.start()).isCloseTo(Math.pow(10, 1.1), within(1e-9));
    assertThat(fall.middle()).isCloseTo(Math.pow(10, 1.5), within(1e-9));
    assertThat(fall.end()).isCloseTo(Math.pow(10, 1.9), within(1e-9));
  }

  @Test
  void theFirstCrossingCountsEvenIfTheMetricGoesBack() {
    Transition rise = Transition.of(new long[] {1, 10, 100, 1000}, new double[] {0, 0.8, 0.2, 1});

    assertThat(rise.middle()).isCloseTo(Math.pow(10, 0.5 / 0.8), within(1e-9));
    assertThat(rise.end()).isCloseTo(Math.pow(10, 2 + 0.7 / 0.8), within(1e-9));
  }

  @Test
  void refusesWhatHasNoTransition() {
    refused(new long[] {0, 5}, new double[] {1, 2}, "two checkpoints after step 0, there are 1");
    refused(new long[] {1, 5}, new double[] {2, 2}, "no transition: 2.0 at step 1 and at step 5");
    refused(
        new long[] {1, 3, 5},
        new double[] {2, Double.NaN, 1},
        "finite values, at step 3 it is NaN");
  }

  private static void refused(long[] steps, double[] values, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Transition.of(steps, values))
        .withMessageContaining(message);
  }
}
