package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * Sums over the rows of a batch.
 *
 * @param rows n
 * @param squaredErrors Σ‖x − x̂‖² by growing width, the last of all features
 * @param variance Σ‖x − x̄‖²
 * @param auxiliaryError s·Σ‖e′‖² of AuxK, 0 without dead features
 * @param penalty of the features, its coefficient included
 * @param active entries above zero
 * @param dead features that were dead before the batch, 0 without AuxK
 */
@SuppressWarnings("ArrayRecordComponent") // passed on at once
record StepSums(
    int rows,
    double[] squaredErrors,
    double variance,
    double auxiliaryError,
    double penalty,
    long active,
    int dead) {
  /** Σ‖x − x̂‖² of all features. */
  double squaredError() {
    return squaredErrors[squaredErrors.length - 1];
  }

  /** What is differentiated. */
  double loss(TopKShape shape) {
    double errors = Arrays.stream(squaredErrors).sum() + shape.auxiliaryWeight() * auxiliaryError;
    return (errors + penalty) / divisor(shape.lossUnit());
  }

  double divisor(LossUnit unit) {
    return unit == LossUnit.VARIANCE ? variance : rows;
  }
}
