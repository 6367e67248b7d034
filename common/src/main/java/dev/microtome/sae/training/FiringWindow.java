package dev.microtome.sae.training;

import java.util.Arrays;
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

  /** Counts a batch. */
  void add(int tokens, ByFeature fired) {
    for (int feature = 0; feature < sinceFired.length; feature++) {
      boolean fires = fired.from(feature) < fired.to(feature);
      sinceFired[feature] = fires ? 0 : sinceFired[feature] + tokens;
    }
  }

  /** The dead features, ascending. */
  int[] dead() {
    return IntStream.range(0, sinceFired.length).filter(i -> sinceFired[i] > deadAfter).toArray();
  }

  /** Tokens since each feature fired: a copy. */
  long[] sinceFired() {
    return Arrays.copyOf(sinceFired, sinceFired.length);
  }

  void resume(long[] counts) {
    System.arraycopy(counts, 0, sinceFired, 0, sinceFired.length);
  }
}
