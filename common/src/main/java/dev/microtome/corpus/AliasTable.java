package dev.microtome.corpus;

import java.util.ArrayDeque;
import java.util.Deque;

/** Draws from a discrete distribution in constant time (Vose 1991). */
final class AliasTable {
  private final double[] keep;
  private final int[] alias;

  /**
   * @param probabilities sum to 1
   */
  AliasTable(double[] probabilities) {
    int n = probabilities.length;
    keep = new double[n];
    alias = new int[n];
    double[] scaled = new double[n];
    Deque<Integer> small = new ArrayDeque<>();
    Deque<Integer> large = new ArrayDeque<>();
    for (int i = 0; i < n; i++) {
      scaled[i] = probabilities[i] * n;
      (scaled[i] < 1 ? small : large).push(i);
    }
    while (!small.isEmpty() && !large.isEmpty()) {
      int less = small.pop();
      int more = large.pop();
      keep[less] = scaled[less];
      alias[less] = more;
      scaled[more] -= 1 - scaled[less];
      (scaled[more] < 1 ? small : large).push(more);
    }
    // What is left differs from 1 by rounding alone.
    small.forEach(i -> keep[i] = 1);
    large.forEach(i -> keep[i] = 1);
  }

  int draw(Draws draws) {
    int i = draws.below(keep.length);
    return draws.unit() < keep[i] ? i : alias[i];
  }
}
