package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptMoments;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.Relay;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    String what = "%s, concept '%s'".formatted(hook, target.concept());
    long rows = sum.count();
    // Of a class of their own, unlabelled activations are among the rows.
    long without = classRows(target, Unlabelled.NAME);
    long unmatched = shares.require(hook, target.concept(), rows - without, unlabelled);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("unlabelled_rows", (double) unlabelled);
    if (shares.labels().containsKey(target.concept())) {
      metrics.put("unmatched_labels", (double) unmatched);
    }
    metrics.put("targets", (double) target.width());
    int at = 0;
    List<String> names = target.names();
    for (ConceptTargets.LabelColumn column : target.columns()) {
      List<String> present = new ArrayList<>();
      for (String value : column.classes()) {
        long count = count(at);
        metrics.put("class_rows:" + names.get(at), (double) count);
        at++;
        if (count > 0) {
          present.add(value);
        }
        if (count == 1) {
          throw new RejectedContentException(
              "%s: class '%s' has one row only, which an eraser would single out; leave it out or join it with another"
                  .formatted(what, value));
        }
      }
      if (column.isReal()) {
        requireVaries(what, column.name(), at);
        at++;
      } else if (present.size() < 2) {
        throw new RejectedContentException(
            "%s: all %,d activations are of class %s; two classes are needed"
                .formatted(what, rows, present));
      }
    }
    return metrics;
  }

  private void requireVaries(String what, String column, int at) {
    int place = dimensions + at;
    if (sum.scatter(place, place + 1, place, place + 1).trace() == 0) {
      throw new RejectedContentException(
          "%s: %s is %s in all %,d rows; there is nothing to erase"
              .formatted(what, column, sum.mean()[place], sum.count()));
    }
  }

  private long classRows(ConceptTargets target, String name) {
    int at = target.names().indexOf(name);
    return at < 0 ? 0 : count(at);
  }

  /** Rows of a class: what its column of z sums up to. */
  private long count(int at) {
    return Math.round(sum.mean()[dimensions + at] * sum.count());
  }
}
