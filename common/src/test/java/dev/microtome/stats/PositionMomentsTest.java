package dev.microtome.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionMomentsTest {
  @Test
  void meanAndStandardErrorOfEachPosition() {
    PositionMoments moments = new PositionMoments();
    for (double value : new double[] {1, 2, 3, 6}) {
      moments.add(5, value);
    }
    moments.add(1, 7);
    assertThat(moments.count(5)).isEqualTo(4);
    assertThat(moments.mean(5)).isCloseTo(3, within(1e-15));
    assertThat(moments.squaredDeviations(5)).isCloseTo(14, within(1e-14));
    assertThat(moments.standardError(5)).isCloseTo(Math.sqrt(14.0 / 3 / 4), within(1e-15));
    assertThat(moments.mean(1)).isEqualTo(7);
    assertThat(moments.standardError(1)).isNaN();
    assertThat(moments.count(2)).isZero();
    assertThat(moments.count(1000)).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void anySplitMergesToTheWholeFarFromZero(long seed) {
    Random random = new Random(seed);
    PositionMoments whole = new PositionMoments();
    PositionMoments[] parts = new PositionMoments[1 + random.nextInt(6)];
    double[] values = new double[400];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1e6 + random.nextGaussian();
      whole.add(3, values[i]);
      int part = random.nextInt(parts.length);
      parts[part] = parts[part] == null ? new PositionMoments() : parts[part];
      parts[part].add(3, values[i]);
    }
    PositionMoments merged = new PositionMoments();
    for (PositionMoments part : parts) {
      merged.merge(part);
    }
    double mean = 0;
    for (double value : values) {
      mean += (value - 1e6) / values.length;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - 1e6 - mean) * (value - 1e6 - mean);
    }
    assertThat(merged.count(3)).isEqualTo(400);
    assertThat(merged.mean(3)).isCloseTo(1e6 + mean, within(1e-8));
    assertThat(merged.squaredDeviations(3)).isCloseTo(squares, within(1e-5));
    assertThat(whole.standardError(3)).isCloseTo(merged.standardError(3), within(1e-9));
  }

  @Test
  void refusesWhatIsNotThere() {
    PositionMoments moments = new PositionMoments();
    moments.add(2, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.mean(1))
        .withMessage("No value at position 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.add(-1, 1))
        .withMessage("1 values of position -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.merge(1, 0, 1, 0))
        .withMessage("0 values of position 1");
  }
}
