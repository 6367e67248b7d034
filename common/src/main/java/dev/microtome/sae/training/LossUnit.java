package dev.microtome.sae.training;

/** What sums of squared errors are divided by to be a loss. */
public enum LossUnit {
  /**
   * Σ‖x − x̄‖² of the batch, as in sparsify: fractions of the variance. AuxK counts as far as there
   * are features for it: times min(1, dead features / auxiliaryK).
   */
  VARIANCE,

  /** The number of rows, as in {@link dev.microtome.sae.SaeGradients}. */
  ROWS
}
