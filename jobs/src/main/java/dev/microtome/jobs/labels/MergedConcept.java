package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptMoments;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.Relay;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The moments of all parts for one hook point and concept. */
public final class MergedConcept {
  private final String hook;
  private final String concept;
  private final int dimensions;
  private final Moments sum;
  private long unlabelled;

  private MergedConcept(ConceptMoments first) {
    hook = first.hook();
    concept = first.concept();
    dimensions = first.dimensions();
    sum = first.moments();
    unlabelled = first.unlabelled();
  }

  /**
   * Reads them, one after the other.
   *
   * @param files of the relay, in the order of the rows behind them; at least one
   * @throws RejectedContentException if activations have several widths
   */
  public static MergedConcept read(Relay relay, List<String> files) throws IOException {
    MergedConcept merged = new MergedConcept(MomentsFile.read(relay, files.get(0)));
    for (String file : files.subList(1, files.size())) {
      merged.add(MomentsFile.read(relay, file));
    }
    return merged;
  }

  private void add(ConceptMoments part) {
    if (part.dimensions() != dimensions) {
      throw new RejectedContentException(
          "%s: activations have %d and %d numbers".formatted(hook, dimensions, part.dimensions()));
    }
    part.mergeInto(sum);
    unlabelled += part.unlabelled();
  }

  /** What has been added, to be merged with further parts. */
  ConceptMoments moments() {
    return ConceptMoments.of(hook, concept, dimensions, unlabelled, sum);
  }

  String hook() {
    return hook;
  }

  long unlabelled() {
    return unlabelled;
  }

  /** The same of no rows. */
  MergedConcept empty() {
    return new MergedConcept(
        ConceptMoments.of(hook, concept, dimensions, 0, Moments.ofColumns(sum.columns())));
  }

  /** The sum itself. */
  public Moments sum() {
    return sum;
  }

  /** What an eraser is fitted by. */
  public LeaceFitter fitter() {
    return LeaceFitter.of(dimensions, sum);
  }

  /**
   * Counts, once they are known not to mislead.
   *
   * @throws RejectedContentException if too few rows and labels meet, or an eraser would have
   *     nothing to erase, or one row
   */
  public Map<String, Double> check(ConceptTargets target, LabelShares shares) {
    Map<String, Double> metrics =
        new TargetCounts(hook, target, sum.count(), unlabelled, this::count).check(shares);
    int at = 0;
    for (ConceptTargets.LabelColumn column : target.columns()) {
      if (column.isReal()) {
        requireVaries(column.name(), at);
      }
      at += column.width();
    }
    return metrics;
  }

  private void requireVaries(String column, int at) {
    int place = dimensions + at;
    if (sum.scatter(place, place + 1, place, place + 1).trace() == 0) {
      throw new RejectedContentException(
          "%s, concept '%s': %s is %s in all %,d rows; there is nothing to erase"
              .formatted(hook, concept, column, sum.mean()[place], sum.count()));
    }
  }

  /** Rows of a class: what its column of z sums up to. */
  private long count(int at) {
    return Math.round(sum.mean()[dimensions + at] * sum.count());
  }
}
