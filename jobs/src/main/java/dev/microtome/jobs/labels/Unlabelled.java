package dev.microtome.jobs.labels;

/** What an activation without a label of a concept is. */
public enum Unlabelled {
  /** Not counted for the concept. */
  SKIP,

  /** Of a class of its own. */
  CLASS;

  /** Name of that class. */
  public static final String NAME = "(unlabelled)";
}
