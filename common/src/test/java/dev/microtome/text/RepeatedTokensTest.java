package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.microtome.run.InputException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatedTokensTest {
  @Test
  void repeatsTheSegmentBehindTheFirstToken() {
    RepeatedTokens tokens = RepeatedTokens.of(0, new int[] {5, 7, 6}, 2);
    assertThat(tokens.tokens()).containsExactly(0, 5, 7, 6, 5, 7, 6);
    assertThat(tokens.length()).isEqualTo(7);
    assertThat(tokens.segmentLength()).isEqualTo(3);
    assertThat(tokens.segmentToken(1)).isEqualTo(7);
    assertThat(tokens.repeats()).isEqualTo(2);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void drawsDifferentCandidatesOnly(long seed) {
    int[] candidates = IntStream.range(100, 130).toArray();
    int[] drawn =
        Arrays.copyOfRange(RepeatedTokens.random(3, candidates, 25, 4, seed, 0).tokens(), 1, 26);
    assertThat(drawn).doesNotHaveDuplicates();
    assertThat(candidates).contains(drawn);
  }

  @Test
  void isAFunctionOfSeedAndExample() {
    int[] candidates = IntStream.range(0, 1000).toArray();
    int[] tokens = RepeatedTokens.random(0, candidates, 25, 4, 1, 2).tokens();
    assertThat(RepeatedTokens.random(0, candidates, 25, 4, 1, 2).tokens()).isEqualTo(tokens);
    assertThat(RepeatedTokens.random(0, candidates, 25, 4, 2, 2).tokens()).isNotEqualTo(tokens);
    assertThat(RepeatedTokens.random(0, candidates, 25, 4, 1, 3).tokens()).isNotEqualTo(tokens);
  }

  @Test
  void everyCandidateIsDrawnAboutAsOften() {
    int[] candidates = IntStream.range(0, 10).toArray();
    int[] counts = new int[10];
    for (int example = 0; example < 4000; example++) {
      int[] tokens = RepeatedTokens.random(99, candidates, 3, 1, 5, example).tokens();
      for (int i = 1; i < tokens.length; i++) {
        counts[tokens[i]]++;
      }
    }
    // Binomial: 4000 draws of 3 out of 10, 1200 ± 29; five standard deviations.
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(1055, 1345));
  }

  @Test
  void leavesOutTheMostAndTheLeastCommon() {
    long[] counts = new long[22];
    for (int token = 0; token < 21; token++) {
      counts[token] = 1000L - token;
    }
    // 20 tokens besides token 0, which begins texts, and token 21, which never occurs.
    assertThat(RepeatedTokens.candidates(counts, 0))
        .containsExactly(IntStream.rangeClosed(3, 18).toArray());
    assertThat(RepeatedTokens.candidates(20, 19))
        .containsExactly(IntStream.rangeClosed(1, 17).toArray());
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> RepeatedTokens.random(0, new int[] {1, 2, 3}, 4, 4, 0, 0))
        .withMessage(
            "a segment of 4 different tokens: the vocabulary has 3, its most and least common tenths left out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepeatedTokens.of(0, new int[] {4, 4}, 2))
        .withMessage("A token comes twice in the segment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepeatedTokens.of(0, new int[0], 2))
        .withMessage("A segment of 0 tokens, 2 times");
  }
}
