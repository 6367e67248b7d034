package dev.microtome.sae.training;

/** What is done about the lengths of the decoder's rows. */
public enum DecoderNorm {
  /** Nothing. */
  FREE,
  /** Rows are divided by their norm after every step. */
  UNIT,
  /**
   * As {@link #UNIT}, and the part of a row's gradient along the row is taken out before the step.
   */
  UNIT_WITHOUT_PARALLEL_GRADIENT
}
