package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import org.junit.jupiter.api.Test;

class PositionLossesTest {
  @Test
  void averagesByPositionAndOverAllTokens() {
    PositionLosses losses = new PositionLosses();
    losses.add(new float[] {4, 2});
    losses.add(new float[] {2, 1, 6});

    assertThat(losses.lastPosition()).isEqualTo(3);
    assertThat(losses.mean(1)).isEqualTo(3);
    assertThat(losses.mean(2)).isEqualTo(1.5);
    assertThat(losses.mean(3)).isEqualTo(6);
    assertThat(losses.mean()).isEqualTo(3);
    assertThat(losses.inContextScore(1, 2)).isEqualTo(-1.5);
    assertThat(losses.slopeInLogPosition(1, 2)).isCloseTo(-1.5 / Math.log(2), within(1e-15));
  }

  @Test
  void earlyAndLateLossesAreThoseOfTheSameSequences() {
    PositionLosses losses = new PositionLosses();
    losses.add(new float[] {9, 9}); // too short to be compared
    losses.add(new float[] {4, 3, 2, 7});
    losses.add(new float[] {2, 5, 1});

    assertThat(losses.mean(1)).isEqualTo(5);
    assertThat(losses.earlyMean(1, 3)).isEqualTo(3);
    assertThat(losses.inContextScore(1, 3)).isEqualTo(1.5 - 3);
    assertThat(InContextRow.of("m", 7, losses, 1, 3))
        .isEqualTo(new InContextRow("m", 7, 1, 3, 42.0 / 9, 3, 1.5, -1.5, -1.5 / Math.log(3)));
  }

  @Test
  void theDerivativeOfALogarithmIsItsFactor() {
    PositionLosses losses = new PositionLosses();
    float[] row = new float[511];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (5 - 0.3 * Math.log(i + 1));
    }
    losses.add(row);
    for (int position : new int[] {1, 2, 3, 50, 400, 511}) {
      // The losses are float32; neighbouring logarithms are 0.002 apart at the end.
      assertThat(losses.derivativeByLogPosition(position)).isCloseTo(-0.3, within(1e-5));
    }
  }

  @Test
  void theDerivativeIsTheSlopeBetweenThePositionsHalfAnOctaveAway() {
    PositionLosses losses = new PositionLosses();
    float[] row = new float[20];
    for (int i = 0; i < row.length; i++) {
      row[i] = i * i;
    }
    losses.add(row);
    // Of 8: 6 and 11, rounded from 8/√2 and 8·√2; of 20, the last: 14 and itself.
    assertThat(losses.derivativeByLogPosition(8))
        .isCloseTo((100 - 25) / Math.log(11.0 / 6), within(1e-12));
    assertThat(losses.derivativeByLogPosition(20))
        .isCloseTo((361 - 169) / Math.log(20.0 / 14), within(1e-12));
  }

  @Test
  void refusesPositionsWithoutLoss() {
    PositionLosses losses = new PositionLosses();
    losses.add(new float[] {1, 2, 3});
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> losses.inContextScore(2, 4))
        .withMessage("loss at position 4: the sequences have losses at positions 1 to 3");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> losses.inContextScore(2, 2))
        .withMessage("early position 2 and late position 2: expected 1 ≤ early < late");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> losses.inContextScore(0, 2))
        .withMessage("early position 0 and late position 2: expected 1 ≤ early < late");
  }
}
