package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPlannerTest {
  @Test
  void putsSimilarLengthsTogetherLongestFirst() {
    assertThat(BatchPlanner.plan(new int[] {3, 10, 4, 9, 1}, 20))
        .containsExactly(new int[] {1, 3}, new int[] {0, 2, 4});
  }

  @Test
  void keepsTheOrderOfEqualLengths() {
    assertThat(BatchPlanner.plan(new int[] {5, 5, 5, 5, 5}, 10))
        .containsExactly(new int[] {0, 1}, new int[] {2, 3}, new int[] {4});
  }

  @Test
  void aSequenceBeyondTheBudgetIsABatchOfItsOwn() {
    assertThat(BatchPlanner.plan(new int[] {2, 50}, 10))
        .containsExactly(new int[] {1}, new int[] {0});
  }

  @Test
  void nothingIsNoBatch() {
    assertThat(BatchPlanner.plan(new int[0], 10)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchPlanner.plan(new int[] {1}, 0))
        .withMessage("a batch of 0 tokens holds nothing");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everySequenceIsInOneBatchWithinTheBudget(long seed) {
    Random random = new Random(seed);
    int[] lengths = random.ints(random.nextInt(300), 0, 130).toArray();
    int budget = 1 + random.nextInt(500);

    List<int[]> batches = BatchPlanner.plan(lengths, budget);

    assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
        .isEqualTo(IntStream.range(0, lengths.length).toArray());
    for (int[] batch : batches) {
      int longest = Arrays.stream(batch).map(i -> lengths[i]).max().orElseThrow();
      assertThat(batch.length == 1 || (long) longest * batch.length <= budget)
          .as("%d sequences of up to %d tokens in a budget of %d", batch.length, longest, budget)
          .isTrue();
    }
  }
}
