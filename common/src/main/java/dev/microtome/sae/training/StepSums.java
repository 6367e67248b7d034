package dev.microtome.sae.training;

/**
 * Sums over the rows of a batch.
 *
 * @param rows n
 * @param squaredError Σ‖x − x̂‖²
 * @param variance Σ‖x − x̄‖²
 * @param auxiliaryError s·Σ‖e′‖² of AuxK, 0 without dead features
 * @param active entries above zero
 * @param dead features that were dead before the batch, 0 without AuxK
 */
record StepSums(
    int rows, double squaredError, double variance, double auxiliaryError, long active, int dead) {}
