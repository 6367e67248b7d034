package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * What pairs say without labels: contrast-consistent search and its baseline, fitted to some pairs,
 * scored on others. Labels give a direction its sign, and scores; nothing else.
 *
 * @param tries losses of the search's tries
 * @param kept the one of the smallest loss
 */
public record ContrastExperiment(
    List<Try> tries, int kept, Found search, Found component, long trainPairs, long testPairs) {
  public ContrastExperiment {
    tries = List.copyOf(tries);
  }

  /** A try of the search: its loss, and how often it or its opposite is right of pairs held out. */
  public record Try(double loss, double accuracy) {}

  /**
   * A direction.
   *
   * @param probe with the sign of most labels among the pairs fitted to
   * @param loss of the search's criterion on the pairs fitted to; NaN of the component
   */
  public record Found(PairProbe probe, double loss, PairScore train, PairScore test) {}

  /**
   * Fits and scores.
   *
   * @throws IllegalArgumentException if there are less than two pairs to fit to, their differences
   *     do not vary, or no pair with a label in one of the two
   */
  public static ContrastExperiment run(
      Pairs train, Pairs test, ContrastSearch.Settings settings, long seed) {
    if (train.count() < 2) {
      throw new IllegalArgumentException(
          "%d pairs to fit to, expected at least 2: of a single one each side is its own mean"
              .formatted(train.count()));
    }
    requireLabels(train, "to fit to");
    requireLabels(test, "held out");
    requireDifferences(train);
    List<Try> tries = new ArrayList<>();
    int kept = 0;
    List<ContrastSearch.Direction> found;
    try (ContrastSearch search = new ContrastSearch(train.first(), train.second())) {
      found = search.tries(settings, seed);
    }
    for (ContrastSearch.Direction each : found) {
      PairScore score = PairScore.of(PairProbe.of(each), test);
      tries.add(new Try(each.loss(), score.eitherSign()));
      kept = each.loss() < found.get(kept).loss() ? tries.size() - 1 : kept;
    }
    return new ContrastExperiment(
        tries,
        kept,
        found(PairProbe.of(found.get(kept)), found.get(kept).loss(), train, test),
        found(PairProbe.firstComponent(train), Double.NaN, train, test),
        train.count(),
        test.count());
  }

  private static Found found(PairProbe probe, double loss, Pairs train, Pairs test) {
    PairProbe signed = probe.signedBy(train);
    return new Found(signed, loss, PairScore.of(signed, train), PairScore.of(signed, test));
  }

  private static void requireLabels(Pairs pairs, String which) {
    for (int label : pairs.labels()) {
      if (label >= 0) {
        return;
      }
    }
    throw new IllegalArgumentException(
        "none of %,d pairs %s has a label; more pairs, or another seed, are needed"
            .formatted(pairs.count(), which));
  }

  private static void requireDifferences(Pairs pairs) {
    Matrix difference = pairs.second().plus(pairs.first().scaled(-1));
    for (int row = 1; row < difference.rows(); row++) {
      for (int i = 0; i < difference.columns(); i++) {
        if (difference.at(row, i) != difference.at(0, i)) {
          return;
        }
      }
    }
    throw new IllegalArgumentException(
        "the sides of all %,d pairs to fit to differ alike; centred, nothing is left"
            .formatted(pairs.count()));
  }
}
