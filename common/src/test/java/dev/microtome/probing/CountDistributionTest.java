package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountDistributionTest {
  private static final int GRID = 200_000;

  @Test
  void uniformNumbersBecomeCounts() {
    CountDistribution two = CountDistribution.binomial(2, 1); // 1/4, 1/2, 1/4
    assertThat(new double[] {0, 0.24, 0.26, 0.74, 0.76, Math.nextDown(1.0)})
        .satisfies(
            uniform -> {
              assertThat(two.at(uniform[0])).isZero();
              assertThat(two.at(uniform[1])).isZero();
              assertThat(two.at(uniform[2])).isOne();
              assertThat(two.at(uniform[3])).isOne();
              assertThat(two.at(uniform[4])).isEqualTo(2);
              assertThat(two.at(uniform[5])).isEqualTo(2);
            });
    assertThat(two.at(0.25)).isOne(); // above, not at
    CountDistribution three = CountDistribution.hypergeometric(2, 1, 3); // 1/3, 2/3
    assertThat(three.at(0.33)).isZero();
    assertThat(three.at(0.34)).isOne();
    CountDistribution crowded = CountDistribution.hypergeometric(4, 3, 5); // 2: 3/5, 3: 2/5
    assertThat(crowded.at(0)).isEqualTo(2);
    assertThat(crowded.at(0.59)).isEqualTo(2);
    assertThat(crowded.at(0.61)).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"14, 0", "14, 14", "1, 1", "0, 0"})
  void ofAllOrNoneThereIsNothingToDraw(long trials, long right) {
    CountDistribution counts = CountDistribution.binomial(trials, right);
    assertThat(counts.at(0)).isEqualTo(right);
    assertThat(counts.at(Math.nextDown(1.0))).isEqualTo(right);
    assertThat(CountDistribution.hypergeometric(trials, right, trials).at(0.5)).isEqualTo(right);
    assertThat(CountDistribution.hypergeometric(0, right, trials).at(0.5)).isZero();
  }

  /** The last is beyond what factorials in a double can say. */
  @ParameterizedTest
  @CsvSource({"7, 3", "14, 13", "250, 40", "20000, 12500"})
  void momentsOfTheBinomial(long trials, long right) {
    double p = (double) right / trials;
    hasMoments(CountDistribution.binomial(trials, right), (double) right, trials * p * (1 - p));
  }

  @ParameterizedTest
  @CsvSource({"7, 3, 12", "9, 11, 14", "40, 100, 250", "9000, 11000, 20000"})
  void momentsOfTheHypergeometric(long drawn, long marked, long all) {
    double p = (double) marked / all;
    double variance = drawn * p * (1 - p) * (all - drawn) / (all - 1.0);
    hasMoments(CountDistribution.hypergeometric(drawn, marked, all), drawn * p, variance);
  }

  /** An even grid in place of random numbers: a count's share is off by 1/GRID at most. */
  private static void hasMoments(CountDistribution counts, double mean, double variance) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < GRID; i++) {
      double from = counts.at((i + 0.5) / GRID) - mean;
      sum += from;
      squares += from * from;
    }
    assertThat(sum / GRID).isCloseTo(0, within(1e-3 * Math.sqrt(variance)));
    assertThat(squares / GRID).isCloseTo(variance, within(1e-3 * variance));
  }

  @Test
  void refusesWhatIsNoCount() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CountDistribution.binomial(3, 4))
        .withMessage("4 right of 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CountDistribution.hypergeometric(1, 4, 3))
        .withMessage("4 marked of 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CountDistribution.hypergeometric(5, 2, 3))
        .withMessage("5 drawn of 3");
  }
}
