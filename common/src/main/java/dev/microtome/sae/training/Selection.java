package dev.microtome.sae.training;

/** Among what the largest pre-activations are sought, which become features. */
public enum Selection {
  /** Each row has k of its own. */
  ROW,

  /** All n rows of a batch have k·n together. */
  BATCH,

  /** Nothing is sought: all above zero are features. */
  POSITIVE,

  /** Nothing is sought: a feature is what is above its own threshold, which is trained. */
  THRESHOLD
}
