package dev.microtome.heads;

import dev.microtome.text.RepeatedTokens;
import java.util.function.IntUnaryOperator;

/** One head's attention to one sequence: a [query, key] window of a larger array. */
final class Pattern {
  private final float[] values;
  private final int start;
  private final int length;

  Pattern(float[] values, int start, int length) {
    this.values = values;
    this.start = start;
    this.length = length;
  }

  float at(int query, int key) {
    return values[start + query * length + key];
  }

  /** Mean over the queries from {@code first} of the attention to the key that belongs to each. */
  double meanFrom(int first, IntUnaryOperator key) {
    double sum = 0;
    for (int query = first; query < length; query++) {
      sum += at(query, key.applyAsInt(query));
    }
    return sum / (length - first);
  }

  /**
   * Mean over the queries of the second to the last repetition of the attention to the earlier
   * occurrences of their token, or to what stands {@code shift} tokens behind those.
   */
  double meanOnEarlier(RepeatedTokens tokens, int shift) {
    double sum = 0;
    int period = tokens.segmentLength();
    for (int query = 1 + period; query < length; query++) {
      for (int key = query - period; key >= 1; key -= period) {
        sum += at(query, key + shift);
      }
    }
    return sum / (length - 1 - period);
  }
}
