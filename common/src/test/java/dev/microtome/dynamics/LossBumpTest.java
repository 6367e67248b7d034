package dev.microtome.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.run.InputException;
import org.junit.jupiter.api.Test;

class LossBumpTest {
  @Test
  void theBumpIsTheDeepestPlateauBetweenTwoDescents() {
    LossBump bump =
        LossBump.of(
            new long[] {1, 2, 4, 8, 16, 32, 64},
            new double[] {-0.1, -0.9, -0.5, -0.6, -0.2, -2, -0.3});

    assertThat(bump).isEqualTo(new LossBump(16, 32, 0.9, 0.2, 2));
    assertThat(bump.height()).isEqualTo(0.9 - 0.2);
  }

  @Test
  void aCurveThatOnlySlowsDownHasNone() {
    LossBump bump =
        LossBump.of(new long[] {1, 2, 4, 8, 16}, new double[] {-2, -1, -0.5, -0.25, -0.125});

    assertThat(bump.height()).isNegative();
  }

  @Test
  void refusesTooShortASeries() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> LossBump.of(new long[] {1, 2}, new double[] {-1, -2}))
        .withMessage("the bump of a loss curve needs three checkpoints, there are 2");
  }

  @Test
  void stepZeroWhichHasNoSlopeIsNoPartOfTheCurve() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> LossBump.of(new long[] {0, 1, 2, 4}, new double[] {Double.NaN, -1, -0.1, -0.5}))
        .withMessage("the bump of a loss curve needs finite slopes, at step 0 it is NaN");
  }
}
