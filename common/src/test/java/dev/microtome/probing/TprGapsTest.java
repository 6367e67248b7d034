package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Worked by hand. */
class TprGapsTest {
  /** Gaps of 1/2 − 1/4 and 0 − 1/2, shares of 3/4 and 1/4; none of a third. */
  private static final TprGaps THREE =
      new TprGaps(
          List.of(
              new TprGap(3, 1, 4, 2, 4, 1),
              new TprGap(1, 3, 2, 0, 2, 1),
              new TprGap(9, 1, 5, 5, 0, 0)));

  @Test
  void gapsAreSumsOfWhatIsDefined() {
    assertThat(THREE.gaps()).extracting(TprGap::gap).containsExactly(0.25, -0.5, Double.NaN);
    assertThat(THREE.gaps()).extracting(TprGap::firstShare).containsExactly(0.75, 0.25, 0.9);
    assertThat(THREE.undefined()).isEqualTo(1);
    assertThat(THREE.rms()).isCloseTo(Math.sqrt(0.15625), within(1e-15)); // (1/16 + 1/4)/2
    assertThat(THREE.shareCorrelation()).isCloseTo(1, within(1e-15)); // two points
  }

  @Test
  void nothingIsSaidOfNothing() {
    TprGaps none = new TprGaps(List.of(new TprGap(1, 1, 5, 5, 0, 0)));
    assertThat(none.rms()).isNaN();
    assertThat(none.shareCorrelation()).isNaN();
    TprGaps even = new TprGaps(List.of(new TprGap(1, 1, 2, 1, 2, 2), new TprGap(2, 2, 2, 2, 2, 1)));
    assertThat(even.shareCorrelation()).isNaN(); // the share does not vary
    TprGaps fifths =
        new TprGaps(
            List.of(
                new TprGap(1, 4, 2, 1, 2, 2),
                new TprGap(1, 4, 2, 2, 2, 1),
                new TprGap(2, 8, 3, 1, 2, 1)));
    assertThat(fifths.shareCorrelation()).isNaN(); // the mean of three times 0.2 is not 0.2
    TprGaps same =
        new TprGaps(List.of(new TprGap(1, 4, 10, 3, 10, 1), new TprGap(2, 4, 10, 4, 10, 2)));
    assertThat(same.shareCorrelation()).isNaN(); // 0.3 - 0.1 is not 0.4 - 0.2
  }

  /** From the paper's table of examples: Newcombe 1998, method 10. */
  @ParameterizedTest
  @CsvSource({
    "56, 70, 48, 80, 0.0524, 0.3339",
    "9, 10, 3, 10, 0.1705, 0.8090",
    "10, 10, 0, 10, 0.6075, 1.0000",
    "5, 56, 0, 29, -0.0381, 0.1926",
  })
  void intervalsOfGapsArePublished(
      long first, long firstTest, long second, long secondTest, double low, double high) {
    Interval interval = new TprGap(1, 1, firstTest, first, secondTest, second).interval();
    assertThat(interval.low()).isCloseTo(low, within(5e-5)); // as printed
    assertThat(interval.high()).isCloseTo(high, within(5e-5));
    Interval turned = new TprGap(1, 1, secondTest, second, firstTest, first).interval();
    assertThat(turned.low()).isCloseTo(-interval.high(), within(1e-15));
    assertThat(turned.high()).isCloseTo(-interval.low(), within(1e-15));
  }

  /** tanh(atanh(1/2) ± 1.96/5). */
  @Test
  void intervalsOfCorrelations() {
    Interval interval = Interval.correlation(0.5, 28);
    assertThat(interval.low()).isCloseTo(0.1560, within(5e-5));
    assertThat(interval.high()).isCloseTo(0.7358, within(5e-5));
    assertThat(Interval.correlation(0.5, 3).low()).isNaN();
    assertThat(Interval.correlation(0.5, 4).high()).isLessThan(1);
    assertThat(THREE.shareCorrelationInterval().high()).isNaN(); // of two that have a gap
  }

  /** All ways to divide 3 and 2 documents, of which 2 are right: 0, 1 or 2 are of the three. */
  @Test
  void gapsByChance() {
    double expected = 0.1 + 0.6 / 36 + 0.3 * 4 / 9; // (0/3 - 2/2)², (1/3 - 1/2)², (2/3)²
    assertThat(new TprGap(1, 1, 3, 2, 2, 0).byChance())
        .isCloseTo(Math.sqrt(expected), within(1e-15));
    assertThat(new TprGap(1, 1, 3, 0, 2, 2).byChance())
        .isCloseTo(Math.sqrt(expected), within(1e-15));
    assertThat(new TprGap(1, 1, 3, 3, 2, 2).byChance()).isZero();
    assertThat(new TprGap(1, 1, 3, 3, 0, 0).byChance()).isNaN();
    assertThat(new TprGap(1, 1, 3, 3, 0, 0).interval().low()).isNaN();
    // 3 of 8 in halves, and 1 of 4 in halves: n²p(1 − p)/(n₁n₂(n − 1)); none of the third.
    assertThat(THREE.rmsByChance())
        .isCloseTo(
            Math.sqrt((64.0 * 3 / 8 * 5 / 8 / (16 * 7) + 16.0 / 4 * 3 / 4 / (4 * 3)) / 2),
            within(1e-15));
  }

  @Test
  void refusesListsOfOtherLengths() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TprGaps.Grouped(new int[2], new int[3]))
        .withMessage("2 labels and 3 groups");
    TprGaps.Grouped two = new TprGaps.Grouped(new int[2], new int[2]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TprGaps.of(two, two, new int[3], 1))
        .withMessage("3 guesses for 2 documents");
  }
}
