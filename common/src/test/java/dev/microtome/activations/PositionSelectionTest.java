package dev.microtome.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.config.ConfigException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionSelectionTest {
  @Test
  void allAndLast() {
    assertThat(PositionSelection.ALL.of(0, 9, 4)).containsExactly(0, 1, 2, 3);
    assertThat(PositionSelection.LAST.of(0, 9, 4)).containsExactly(3);
    assertThat(PositionSelection.LAST.of(0, 9, 0)).isEmpty();
  }

  @Test
  void randomPositionsOfAShortSequenceAreAllOfThem() {
    assertThat(PositionSelection.random(4).of(0, 9, 3)).containsExactly(0, 1, 2);
    assertThat(PositionSelection.random(4).of(0, 9, 0)).isEmpty();
  }

  @ParameterizedTest(name = "sequence {0}")
  @ValueSource(longs = {0, 1, 2, -1, Long.MAX_VALUE, 123_456_789_012L})
  void randomPositionsAreDistinctAscendingAndInside(long sequenceId) {
    int[] positions = PositionSelection.random(10).of(5, sequenceId, 64);

    assertThat(positions).hasSize(10).isSorted().doesNotHaveDuplicates();
    assertThat(positions[0]).isNotNegative();
    assertThat(positions[9]).isLessThan(64);
  }

  @Test
  void randomPositionsFollowSeedAndSequenceAlone() {
    PositionSelection eight = PositionSelection.random(8);

    assertThat(eight.of(5, 7, 100))
        .isEqualTo(eight.of(5, 7, 100))
        .isNotEqualTo(eight.of(6, 7, 100));
    assertThat(eight.of(5, 7, 100)).isNotEqualTo(eight.of(5, 8, 100));
    assertThat(eight.of(42, 17, 100)).containsExactly(32, 52, 57, 58, 62, 66, 71, 88);
  }

  @Test
  void aSmallerSelectionIsPartOfALargerOne() {
    int[] small = PositionSelection.random(4).of(3, 11, 50);
    int[] large = PositionSelection.random(8).of(3, 11, 50);

    assertThat(Arrays.stream(large).boxed()).containsAll(Arrays.stream(small).boxed().toList());
  }

  @Test
  void everyPositionIsEquallyLikely() {
    int sequences = 20_000;
    int[] hits = new int[10];
    for (int id = 0; id < sequences; id++) {
      for (int position : PositionSelection.random(3).of(1, id, 10)) {
        hits[position]++;
      }
    }
    for (int hit : hits) {
      // Five standard deviations of a binomial share with p = 0.3; saw 2.75.
      assertThat(hit / (double) sequences).isCloseTo(0.3, within(5 * Math.sqrt(0.21 / sequences)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "last", "random-1", "random-16"})
  void readsTheFormItWrites(String form) {
    assertThat(PositionSelection.parse(form).form()).isEqualTo(form);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "first",
        "random",
        "random-0",
        "random--1",
        "random-1.5",
        "random-99999999999",
        "ALL"
      })
  void refusesAnythingElse(String form) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> PositionSelection.parse(form))
        .withMessage(
            "positions: invalid value '"
                + form
                + "': must be all, last or random-K, such as random-16 for 16 random positions of each sequence");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PositionSelection.random(0))
        .withMessage("at least 1 random position is needed, not 0");
  }

  @Test
  void countsWhatItSelects() {
    for (String form : new String[] {"all", "last", "random-5"}) {
      PositionSelection selection = PositionSelection.parse(form);
      for (int length = 0; length < 9; length++) {
        assertThat(selection.count(length))
            .as("%s of %d", form, length)
            .isEqualTo(selection.of(0, 0, length).length);
      }
    }
  }
}
