package dev.microtome.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeedsTest {
  /** Rows of earlier versions were drawn with these; a change is a change of every seeded table. */
  @Test
  void valuesAreFixedForEver() {
    assertThat(Seeds.of(0, "")).isEqualTo(2558736989570252433L);
    assertThat(Seeds.of(0, "positions", 0, 0)).isEqualTo(-8264239467798242024L);
    assertThat(Seeds.of(42, "positions", 17, 3)).isEqualTo(8641752594393225028L);
    assertThat(Seeds.of(-1, "resample", Long.MIN_VALUE)).isEqualTo(-564468313096396721L);
  }

  @Test
  void everyPartOfTheKeyCounts() {
    Set<Long> values = new HashSet<>();
    for (long seed = -2; seed <= 2; seed++) {
      for (String purpose : new String[] {"", "a", "b", "ab", "ba"}) {
        values.add(Seeds.of(seed, purpose));
        for (long first = -2; first <= 2; first++) {
          values.add(Seeds.of(seed, purpose, first));
          for (long second = -2; second <= 2; second++) {
            values.add(Seeds.of(seed, purpose, first, second));
          }
        }
      }
    }
    assertThat(values).hasSize(5 * 5 * (1 + 5 + 25));
  }

  @Test
  void aPurposeIsNotMistakenForIdentifiers() {
    assertThat(Seeds.of(1, "a", 'b')).isNotEqualTo(Seeds.of(1, "ab"));
    assertThat(Seeds.of(1, "", 'a', 'b')).isNotEqualTo(Seeds.of(1, "ab"));
  }

  @Test
  void neighbouringIdentifiersGiveEveryBitEvenly() {
    int n = 100_000;
    for (int bit = 0; bit < 64; bit++) {
      int position = bit;
      double ones =
          LongStream.range(0, n).map(id -> (Seeds.of(7, "bits", id) >>> position) & 1).sum()
              / (double) n;
      // Five standard deviations of a fair coin; saw 2.43.
      assertThat(ones).as("bit %d", bit).isCloseTo(0.5, within(5 * 0.5 / Math.sqrt(n)));
    }
  }
}
