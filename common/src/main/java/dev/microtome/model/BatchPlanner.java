package dev.microtome.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts the sequences of one part into batches of similar length, so that little is padded. A
 * function of the lengths alone: the bits of a row do not depend on where or beside what else its
 * part runs.
 *
 * <p>Sequences are taken longest first, so that the largest batch, which decides whether memory
 * suffices, is the first. A batch holds as many as fit into the budget when padded to its longest;
 * a sequence longer than the budget is a batch of its own.
 */
public final class BatchPlanner {
  private BatchPlanner() {}

  /**
   * Plans batches.
   *
   * @param lengths tokens of each sequence
   * @param batchTokens most tokens of a batch, padding included
   * @return for each batch the indices of its sequences, ascending; every index occurs in exactly
   *     one batch
   */
  public static List<int[]> plan(int[] lengths, int batchTokens) {
    if (batchTokens < 1) {
      throw new IllegalArgumentException("a batch of " + batchTokens + " tokens holds nothing");
    }
    int[] longestFirst =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.comparing((Integer index) -> -lengths[index]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<int[]> batches = new ArrayList<>();
    int first = 0;
    while (first < longestFirst.length) {
      int longest = Math.max(1, lengths[longestFirst[first]]);
      int end = Math.min(longestFirst.length, first + Math.max(1, batchTokens / longest));
      int[] batch = Arrays.copyOfRange(longestFirst, first, end);
      Arrays.sort(batch);
      batches.add(batch);
      first = end;
    }
    return batches;
  }
}
