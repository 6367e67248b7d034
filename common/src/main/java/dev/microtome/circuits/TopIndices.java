package dev.microtome.circuits;

import java.util.Comparator;
import java.util.PriorityQueue;

/** The places of a row's largest values. */
final class TopIndices {
  private TopIndices() {}

  /**
   * At most {@code count} indices, at least one, the largest value first, of equal values the lower
   * index.
   */
  static int[] of(double[] values, int count) {
    Comparator<Integer> best =
        Comparator.<Integer>comparingDouble(index -> -values[index])
            .thenComparing(Comparator.naturalOrder());
    PriorityQueue<Integer> kept = new PriorityQueue<>(best.reversed());
    for (int index = 0; index < values.length; index++) {
      // Indices rise, so that an equal value never displaces one that is kept.
      if (kept.size() < count || values[index] > values[kept.element()]) {
        kept.add(index);
        if (kept.size() > count) {
          kept.remove();
        }
      }
    }
    return kept.stream().sorted(best).mapToInt(Integer::intValue).toArray();
  }
}
