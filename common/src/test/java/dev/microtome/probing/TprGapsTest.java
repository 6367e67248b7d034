package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

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
