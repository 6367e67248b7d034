package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.run.RejectedContentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;

/**
 * How many activations of a hook point have which class of a concept.
 *
 * @param rows with a label, or in a class of their own without one
 * @param unlabelled without one, where they count for nothing
 * @param ofTarget rows of a class, by its place among the targets
 */
record TargetCounts(
    String hook, ConceptTargets target, long rows, long unlabelled, IntToLongFunction ofTarget) {

  /**
   * Counts, once they are known not to mislead.
   *
   * @throws RejectedContentException if too few rows and labels meet, or an eraser would have
   *     nothing to erase, or one row
   */
  Map<String, Double> check(LabelShares shares) {
    String what = "%s, concept '%s'".formatted(hook, target.concept());
    List<String> names = target.names();
    // Of a class of their own, unlabelled activations are among the rows.
    int own = names.indexOf(Unlabelled.NAME);
    long labelled = rows - (own < 0 ? 0 : ofTarget.applyAsLong(own));
    long unmatched = shares.require(hook, target.concept(), labelled, rows - labelled + unlabelled);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("unlabelled_rows", (double) unlabelled);
    if (shares.labels().containsKey(target.concept())) {
      metrics.put("unmatched_labels", (double) unmatched);
    }
    metrics.put("targets", (double) target.width());
    int at = 0;
    for (ConceptTargets.LabelColumn column : target.columns()) {
      if (column.isReal()) {
        at++;
        continue;
      }
      List<String> present = new ArrayList<>();
      for (String value : column.classes()) {
        long count = ofTarget.applyAsLong(at);
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
      if (present.size() < 2) {
        throw new RejectedContentException(
            "%s: all %,d activations are of class %s; two classes are needed"
                .formatted(what, rows, present));
      }
    }
    return metrics;
  }
}
