package dev.microtome.jobs.probes;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.probing.ConceptSums;
import dev.microtome.run.RejectedContentException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a concept stands among the targets of a sampled row: one number for its class, or one for
 * each of its numbers.
 *
 * @param from its first target
 */
record ConceptColumns(ConceptTargets targets, int from) implements Serializable {

  /**
   * The concepts side by side.
   *
   * @throws RejectedContentException if one has several columns of which one is of classes
   */
  static List<ConceptColumns> of(List<ConceptTargets> concepts) {
    List<ConceptColumns> columns = new ArrayList<>();
    int from = 0;
    for (ConceptTargets concept : concepts) {
      ConceptColumns each = new ConceptColumns(concept, from);
      if (!each.isReal() && concept.columns().size() > 1) {
        throw new RejectedContentException(
            "concepts: %s has several columns and not all of numbers; probes take classes a column at a time"
                .formatted(concept.concept()));
      }
      columns.add(each);
      from += each.width();
    }
    return columns;
  }

  String name() {
    return targets.concept();
  }

  /** The concept as its probes know it. */
  ConceptSums.Concept concept() {
    return new ConceptSums.Concept(
        name(),
        from,
        targets.names(),
        isReal() ? ConceptSums.Targets.NUMBERS : ConceptSums.Targets.CLASSES);
  }

  boolean isReal() {
    return targets.columns().stream().allMatch(ConceptTargets.LabelColumn::isReal);
  }

  int width() {
    return isReal() ? targets.width() : 1;
  }

  /** Writes a label's targets, NaN of none. */
  void write(List<String> label, ConceptTargets.Encoder encoder, double[] row) {
    if (label == null) {
      Arrays.fill(row, from, from + width(), Double.NaN);
      return;
    }
    double[] z;
    try {
      z = encoder.targets(label);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("concept '%s': %s".formatted(name(), e.getMessage()), e);
    }
    if (isReal()) {
      System.arraycopy(z, 0, row, from, z.length);
      return;
    }
    for (int i = 0; i < z.length; i++) {
      if (z[i] == 1) {
        row[from] = i;
      }
    }
  }

  boolean isLabelled(double[] row) {
    return !Double.isNaN(row[from]);
  }
}
