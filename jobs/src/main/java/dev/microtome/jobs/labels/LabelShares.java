package dev.microtome.jobs.labels;

import dev.microtome.run.RejectedContentException;
import java.io.Serializable;
import java.util.Map;

/**
 * How many activations and labels may be without each other.
 *
 * @param labels how many a concept has; empty where labels stand beside the activations
 * @param maxUnlabelled largest share of a hook point's activations without a label
 * @param maxUnmatchedLabels largest share of a concept's labels without an activation
 */
public record LabelShares(Map<String, Long> labels, double maxUnlabelled, double maxUnmatchedLabels)
    implements Serializable {
  public LabelShares {
    labels = Map.copyOf(labels);
  }

  /**
   * Refuses a hook point and concept that do not meet.
   *
   * @param labelled activations with a label of the concept
   * @param unlabelled activations without one
   * @return labels without an activation; 0 where there is no table of them
   */
  public long require(String hook, String concept, long labelled, long unlabelled) {
    String what = "%s, concept '%s'".formatted(hook, concept);
    long all = labelled + unlabelled;
    if (labelled == 0) {
      throw new RejectedContentException(
          "%s: none of %,d activations has a label: is the table of labels that of these sequences?"
              .formatted(what, all));
    }
    requireShare(
        what, "activations have no label", unlabelled, all, "max-unlabelled", maxUnlabelled);
    if (!labels.containsKey(concept)) {
      return 0;
    }
    long total = labels.get(concept);
    long unmatched = Math.max(0, total - labelled);
    requireShare(
        what,
        "labels have no activation",
        unmatched,
        total,
        "max-unmatched-labels",
        maxUnmatchedLabels);
    return unmatched;
  }

  private static void requireShare(
      String what, String problem, long count, long all, String key, double allowed) {
    if (count > allowed * all) {
      throw new RejectedContentException(
          "%s: %,d of %,d %s, more than %s = %s allows"
              .formatted(what, count, all, problem, key, allowed));
    }
  }
}
