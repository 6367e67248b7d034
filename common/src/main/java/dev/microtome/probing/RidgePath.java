package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How well logistic regressions of several ridges predict rows they were not fitted to, by
 * cross-validation.
 *
 * @param candidates in the order they were asked for
 */
public record RidgePath(List<Candidate> candidates) {
  public RidgePath {
    candidates = List.copyOf(candidates);
  }

  /**
   * One ridge.
   *
   * @param c as in {@link LogisticFitter#fit}
   * @param crossEntropy mean −log p of the held-out rows in nats; rows of a class that the other
   *     folds lack are not counted
   * @param accuracy over all held-out rows
   */
  public record Candidate(double c, double crossEntropy, double accuracy) {}

  /**
   * Fits and scores all; with a single one nothing is fitted.
   *
   * @param folds of each row, the rows of a sequence in one
   * @throws IllegalArgumentException if there are no ridges, or all rows are in one fold
   */
  public static RidgePath of(ProbeRows x, int[] labels, int classes, int[] folds, List<Double> cs) {
    if (cs.isEmpty()) {
      throw new IllegalArgumentException("no ridges to choose from");
    }
    if (cs.size() == 1) {
      return new RidgePath(List.of(new Candidate(cs.get(0), Double.NaN, Double.NaN)));
    }
    int[] present = IntStream.of(folds).distinct().sorted().toArray();
    if (present.length < 2) {
      throw new IllegalArgumentException(
          "All %d rows are in one fold: cross-validation needs two".formatted(x.rows()));
    }
    double[] loss = new double[cs.size()];
    long[] right = new long[cs.size()];
    long counted = 0;
    for (int fold : present) {
      int[] held = where(folds, fold, true);
      int[] rest = where(folds, fold, false);
      int[] expected = at(labels, held);
      boolean[] known = new boolean[classes];
      for (int label : at(labels, rest)) {
        known[label] = true;
      }
      counted += IntStream.of(expected).filter(label -> known[label]).count();
      try (ProbeRows fitted = x.select(rest);
          ProbeRows scored = x.select(held)) {
        LogisticFitter fitter = new LogisticFitter(fitted, at(labels, rest), classes);
        for (int i = 0; i < cs.size(); i++) {
          LogisticProbe probe = fitter.fit(cs.get(i)).probe();
          Matrix logs = probe.logProbabilities(scored);
          for (int row = 0; row < expected.length; row++) {
            loss[i] -= known[expected[row]] ? logs.at(row, expected[row]) : 0;
            right[i] += ClassProbe.largest(logs, row) == expected[row] ? 1 : 0;
          }
        }
      }
    }
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < cs.size(); i++) {
      candidates.add(
          new Candidate(cs.get(i), loss[i] / counted, (double) right[i] / labels.length));
    }
    return new RidgePath(candidates);
  }

  private static int[] where(int[] folds, int fold, boolean equal) {
    return IntStream.range(0, folds.length).filter(i -> (folds[i] == fold) == equal).toArray();
  }

  private static int[] at(int[] values, int[] indices) {
    return IntStream.of(indices).map(i -> values[i]).toArray();
  }

  /** The candidate of the smallest cross-entropy, the strongest ridge of equal ones. */
  public Candidate best() {
    Candidate best = candidates.get(0);
    for (Candidate each : candidates) {
      if (each.crossEntropy() < best.crossEntropy()
          || (each.crossEntropy() == best.crossEntropy() && each.c() < best.c())) {
        best = each;
      }
    }
    return best;
  }
}
