package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.Torch;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ProbeScoreTest {
  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  /** Says class 1 with probability 0.8 where x is positive, else class 0 with 0.8. */
  private static final ClassProbe SIGN =
      new LogisticProbe(2, Matrix.of(1, 1, Math.log(4)), new double[1]);

  private static ProbeScore score(double[] x, int[] labels, long[] sequences, long... fitted) {
    try (ProbeRows rows = ProbeRows.of(Matrix.of(x.length, 1, x))) {
      return ProbeScore.of(SIGN, rows, labels, sequences, fitted);
    }
  }

  @Test
  void countsWhatIsRightAndWhatAConstantWouldHave() {
    ProbeScore score =
        score(
            new double[] {1, 1, 1, -1, -1},
            new int[] {1, 1, 0, 0, 1},
            LongStream.range(0, 5).toArray(),
            30,
            10);
    assertThat(score.accuracy()).isEqualTo(0.6);
    assertThat(score.majority()).isEqualTo(0.4); // class 0, of which two rows are
    assertThat(score.crossEntropyNats())
        .isCloseTo(-(3 * Math.log(0.8) + 2 * Math.log(0.2)) / 5, within(1e-12));
    assertThat(score.baselineNats())
        .isCloseTo(-(2 * Math.log(0.75) + 3 * Math.log(0.25)) / 5, within(1e-12));
    // Wilson's interval of 3 of 5.
    assertThat(score.low()).isCloseTo(0.23072, within(1e-5));
    assertThat(score.high()).isCloseTo(0.88238, within(1e-5));
    // Joint shares 2/5, 1/5, 1/5, 1/5 with margins (3/5, 2/5) both ways.
    double expected =
        0.4 * Math.log(0.4 / 0.36) + 0.4 * Math.log(0.2 / 0.24) + 0.2 * Math.log(0.2 / 0.16);
    assertThat(score.guessNats()).isCloseTo(expected, within(1e-12));
  }

  /** Of each sequence one row is right and one wrong: no more certain than as many rows alone. */
  @Test
  void rowsOfASequenceThatBalanceAreNoMoreThanRows() {
    double[] x = new double[100];
    int[] labels = new int[100];
    for (int i = 0; i < 100; i++) {
      x[i] = 1;
      labels[i] = i % 2;
    }
    long[] pairs = IntStream.range(0, 100).mapToLong(i -> i / 2).toArray();
    assertThat(score(x, labels, pairs, 50, 50).effectiveRows()).isEqualTo(100);
  }

  /** Ten sequences of ten rows that are right or wrong together count as ten rows. */
  @Test
  void rowsOfASequenceThatGoTogetherAreNotManyRows() {
    double[] x = new double[100];
    int[] labels = new int[100];
    for (int i = 0; i < 100; i++) {
      x[i] = 1;
      labels[i] = i / 10 < 7 ? 1 : 0;
    }
    long[] together = IntStream.range(0, 100).mapToLong(i -> i / 10).toArray();
    ProbeScore score = score(x, labels, together, 50, 50);
    assertThat(score.effectiveRows()).isCloseTo(10, within(1e-9));
    ProbeScore apart = score(x, labels, LongStream.range(0, 100).toArray(), 50, 50);
    assertThat(apart.effectiveRows()).isCloseTo(100, within(1e-9));
    assertThat(score.high() - score.low()).isGreaterThan(2 * (apart.high() - apart.low()));
  }

  @Test
  void aPerfectProbeIsNotCertain() {
    ProbeScore score =
        score(new double[] {1, 1, -1, -1}, new int[] {1, 1, 0, 0}, new long[] {1, 1, 2, 2}, 2, 2);
    assertThat(score.effectiveRows()).isEqualTo(2);
    assertThat(score.high()).isEqualTo(1);
    assertThat(score.low()).isCloseTo(0.34238, within(1e-5));
    assertThat(score.guessNats()).isCloseTo(Math.log(2), within(1e-12));
  }
}
