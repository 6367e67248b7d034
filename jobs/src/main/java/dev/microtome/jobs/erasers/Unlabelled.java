package dev.microtome.jobs.erasers;

/** What an activation without a label of a concept is. */
public enum Unlabelled {
  /** Not counted for the concept. */
  SKIP,

  /** Of a class of its own. */
  CLASS;

  /** Name of that class. */
  static final String NAME = "(unlabelled)";
}
