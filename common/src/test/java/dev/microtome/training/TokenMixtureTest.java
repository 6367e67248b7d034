package dev.microtome.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenMixtureTest {
  private static final TokenSource COUNTING =
      TokenSource.of(
          IntStream.range(0, 10)
              .mapToObj(i -> IntStream.range(100 * i, 100 * i + 8).toArray())
              .toList());

  @Test
  void aBatchIsAFunctionOfSeedAndStep() {
    TokenMixture mixture = TokenMixture.of(COUNTING);

    assertThat(mixture.batch(1, 5, 6, 4)).isDeepEqualTo(mixture.batch(1, 5, 6, 4));
    assertThat(mixture.batch(1, 5, 6, 4)[0]).isNotEqualTo(mixture.batch(1, 6, 6, 4)[0]);
    assertThat(mixture.batch(1, 5, 32, 4)[31]).isNotEqualTo(mixture.batch(2, 5, 32, 4)[31]);
    assertThat(mixture.batch(1, 5, 2, 4)[1]).isEqualTo(mixture.batch(1, 5, 6, 4)[1]);
  }

  @Test
  void everyWindowOfEverySequenceIsDrawnAlike() {
    TokenMixture mixture = TokenMixture.of(COUNTING);
    int[] counts = new int[1000];
    for (int[] row : mixture.batch(3, 0, 50_000, 4)) {
      assertThat(row).containsExactly(row[0], row[0] + 1, row[0] + 2, row[0] + 3);
      counts[row[0]]++;
    }
    // 50 windows, 1,000 rows each on average with a standard deviation of 31
    assertThat(IntStream.of(counts).filter(count -> count > 0)).hasSize(50);
    assertThat(IntStream.of(counts).filter(count -> count > 0))
        .allSatisfy(count -> assertThat(count).isCloseTo(1000, within(160)));
  }

  /** Sequences as long as the batch is wide have one window, so that nothing else can vary. */
  @Test
  void everyStepAndRowDrawsItsOwnSequence() {
    TokenMixture mixture =
        TokenMixture.of(
            TokenSource.of(IntStream.range(0, 1000).mapToObj(i -> new int[] {i, i}).toList()));
    Set<Integer> overSteps = new HashSet<>();
    for (int step = 0; step < 100; step++) {
      overSteps.add(mixture.batch(3, step, 1, 2)[0][0]);
    }
    Set<Integer> overRows = new HashSet<>();
    for (int[] row : mixture.batch(3, 0, 100, 2)) {
      overRows.add(row[0]);
    }

    // Of 100 draws among 1,000 about 95 differ.
    assertThat(overSteps).hasSizeGreaterThan(85);
    assertThat(overRows).hasSizeGreaterThan(85);
  }

  @Test
  void sourcesAreDrawnByTheirWeights() {
    TokenMixture mixture =
        TokenMixture.builder()
            .add(TokenSource.of(List.of(new int[] {0, 0})), 3)
            .add(TokenSource.of(List.of(new int[] {1, 1})), 1)
            .build();
    int ones = 0;
    for (int[] row : mixture.batch(4, 0, 40_000, 2)) {
      ones += row[0];
    }
    assertThat(ones).isCloseTo(10_000, within(450)); // five standard deviations
  }

  @Test
  void refusesAMixtureOfNothingAndAWeightOfNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenMixture.builder().build())
        .withMessage("no sources");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenMixture.builder().add(COUNTING, 0))
        .withMessage("weight is 0.0, expected a number above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenSource.of(List.of()))
        .withMessage("no sequences");
  }
}
