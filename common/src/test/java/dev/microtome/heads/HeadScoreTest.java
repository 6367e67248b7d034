package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.text.RepeatedTokens;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Scores of patterns made by hand, three tokens repeated three times. */
class HeadScoreTest {
  private static final RepeatedTokens TOKENS = RepeatedTokens.of(0, new int[] {4, 9, 7}, 3);
  private static final int LENGTH = 10;

  @Test
  void anInductionHeadMatchesPrefixesAndNothingElse() {
    // From the second repetition on, look at what followed the last occurrence.
    Pattern induction = attendingTo(query -> query < 4 ? 0 : query - 2);
    assertThat(HeadScore.PREFIX_MATCHING.of(induction, TOKENS)).isEqualTo(1);
    assertThat(HeadScore.DUPLICATE_TOKEN.of(induction, TOKENS)).isZero();
    assertThat(HeadScore.PREVIOUS_TOKEN.of(induction, TOKENS)).isZero();
    assertThat(HeadScore.FIRST_TOKEN.of(induction, TOKENS)).isCloseTo(0.4, within(1e-15));
  }

  @Test
  void attentionToAnyEarlierOccurrenceCounts() {
    Pattern first = attendingTo(query -> query < 4 ? 0 : (query - 1) % 3 + 1);
    assertThat(HeadScore.DUPLICATE_TOKEN.of(first, TOKENS)).isEqualTo(1);
    Pattern follower = attendingTo(query -> query < 4 ? 0 : (query - 1) % 3 + 2);
    assertThat(HeadScore.PREFIX_MATCHING.of(follower, TOKENS)).isEqualTo(1);
  }

  @Test
  void previousAndCurrentTokenHeads() {
    Pattern previous = attendingTo(query -> Math.max(0, query - 1));
    assertThat(HeadScore.PREVIOUS_TOKEN.of(previous, TOKENS)).isEqualTo(1);
    assertThat(HeadScore.CURRENT_TOKEN.of(previous, TOKENS)).isCloseTo(0.1, within(1e-15));
    Pattern current = attendingTo(query -> query);
    assertThat(HeadScore.CURRENT_TOKEN.of(current, TOKENS)).isEqualTo(1);
    assertThat(HeadScore.PREVIOUS_TOKEN.of(current, TOKENS)).isZero();
    assertThat(HeadScore.PREFIX_MATCHING.of(current, TOKENS)).isZero();
  }

  @Test
  void copyingIsNoPropertyOfThePattern() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeadScore.COPYING.of(attendingTo(query -> 0), TOKENS));
  }

  private static Pattern attendingTo(IntUnaryOperator key) {
    int margin = 5; // a pattern is a window of a larger array
    float[] values = new float[margin + LENGTH * LENGTH];
    for (int query = 0; query < LENGTH; query++) {
      values[margin + query * LENGTH + key.applyAsInt(query)] = 1;
    }
    return new Pattern(values, margin, LENGTH);
  }
}
