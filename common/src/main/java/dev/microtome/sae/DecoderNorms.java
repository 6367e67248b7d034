package dev.microtome.sae;

/** What becomes of the norms of the decoder's rows in training. */
public enum DecoderNorms {
  /**
   * Held at 1: the part of the gradient along a row is removed before the step and the row is set
   * to norm 1 after it ({@link Constraints}).
   */
  UNIT,

  /** Left alone. */
  FREE,

  /**
   * Left alone, and features are measured as if they were 1: pre-activations are multiplied by the
   * norm before the largest are selected, features divided by it before they are decoded.
   */
  IN_FEATURES
}
