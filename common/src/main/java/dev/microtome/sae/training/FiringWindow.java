package dev.microtome.sae.training;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How many tokens ago each feature was last among the kept ones; it is dead after so many tokens.
 */
final class FiringWindow {
  private final long deadAfter;
  private final long[] sinceFired;

  FiringWindow(int features, long deadAfter) {
    this.deadAfter = deadAfter;
    sinceFired = new long[features];
  }

  /**
   * Counts a batch.
   *
   * @param fires whether a feature is among the kept ones of one of its rows
   */
  void add(int tokens, IntPredicate fires) {
    for (int feature = 0; feature < sinceFired.length; feature++) {
      sinceFired[feature] = fires.test(feature) ? 0 : sinceFired[feature] + tokens;
    }
  }

  /** The dead features, ascending. */
  int[] dead() {
    return silentFor(deadAfter);
  }

  /** The features that have not fired over so many tokens, ascending. */
  int[] silentFor(long tokens) {
    return IntStream.range(0, sinceFired.length).filter(i -> sinceFired[i] >= tokens).toArray();
  }

  /** Counts features as firing now. */
  void wake(int[] features) {
    for (int feature : features) {
      sinceFired[feature] = 0;
    }
  }

  /** Tokens since each feature fired: a copy. */
  long[] sinceFired() {
    return Arrays.copyOf(sinceFired, sinceFired.length);
  }

  void resume(long[] counts) {
    System.arraycopy(counts, 0, sinceFired, 0, sinceFired.length);
  }
}
