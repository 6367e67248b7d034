package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptTargets;
import java.util.Collections;
import java.util.List;

/** What an activation without a label of a concept is. */
public enum Unlabelled {
  /** Not counted for the concept. */
  SKIP,

  /** Of a class of its own. */
  CLASS;

  /** Name of that class. */
  public static final String NAME = "(unlabelled)";

  /** The label that counts of one that is null where there is none; null: it does not count. */
  public List<String> label(List<String> label, ConceptTargets targets) {
    return label == null && this == CLASS
        ? Collections.nCopies(targets.columns().size(), NAME)
        : label;
  }
}
