package dev.microtome.corpus;

import dev.microtome.stats.Seeds;
import java.util.List;

/**
 * A stream of random numbers that belongs to one identifier: SplitMix64 (Steele, Lea and Flood
 * 2014). Written out here because the bounded draws of {@code java.util} may change with the Java
 * version, and with them every generated corpus.
 */
final class Draws {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  private Draws(long state) {
    this.state = state;
  }

  /** The stream for a purpose and what it belongs to, as in {@link Seeds#of}. */
  static Draws of(long seed, String purpose, long... identifiers) {
    return new Draws(Seeds.of(seed, purpose, identifiers));
  }

  long next() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Uniform over 0 to bound − 1, to within bound / 2⁶³. */
  int below(int bound) {
    return (int) Math.multiplyHigh(next() >>> 1, (long) bound << 1);
  }

  /** Uniform over from to to, both included. */
  int between(int from, int to) {
    return from + below(to - from + 1);
  }

  /** Uniform over [0, 1). */
  double unit() {
    return (next() >>> 11) * 0x1p-53;
  }

  <T> T pick(List<T> values) {
    return values.get(below(values.size()));
  }

  /** Puts an array in random order. */
  void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = below(i + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** The first so many of 0 to {@code count − 1} in random order. */
  int[] sample(int size, int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    shuffle(order);
    return java.util.Arrays.copyOf(order, size);
  }
}
