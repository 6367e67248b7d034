package dev.microtome.activations;

import java.nio.FloatBuffer;

/** Finds values that are not numbers. */
final class NonFinite {
  private NonFinite() {}

  /**
   * Index of the first NaN or infinity from {@code start} on, relative to {@code start}; -1 when
   * all values are finite.
   *
   * @param negativeInfinity whether −∞ is a value like any other, as it is for masked attention
   *     scores
   */
  static int first(FloatBuffer values, int start, int length, NegativeInfinity negativeInfinity) {
    // The maximum of the magnitudes as integers: infinities and NaNs are the largest. Without a
    // branch the loop is vectorised.
    int largest = 0;
    for (int i = start; i < start + length; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(values.get(i)) & Integer.MAX_VALUE);
    }
    if (largest < INFINITY) {
      return -1;
    }
    for (int i = 0; i < length; i++) {
      float value = values.get(start + i);
      if (!Float.isFinite(value)
          && !(value == Float.NEGATIVE_INFINITY && negativeInfinity == NegativeInfinity.ALLOWED)) {
        return i;
      }
    }
    return -1;
  }

  private static final int INFINITY = 0x7f800000;

  /** Whether −∞ counts as a mistake. */
  enum NegativeInfinity {
    ALLOWED,
    REFUSED
  }
}
