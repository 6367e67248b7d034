package dev.microtome.sae.training;

/**
 * What one step was, before its update.
 *
 * @param step steps done, this one included
 * @param tokens of all batches so far
 * @param loss fraction of variance unexplained + α × auxiliaryLoss
 * @param mse mean over rows and coordinates of (x − x̂)²
 * @param auxiliaryLoss of AuxK before its weight, as a fraction of the variance
 * @param explainedVariance 1 − Σ‖x − x̂‖²/Σ‖x − x̄‖² of the batch
 * @param l0 mean number of features above zero in a row
 * @param deadFraction features without firing in the window, after this batch
 * @param learningRate in force
 */
public record SaeTrainingStep(
    long step,
    long tokens,
    double loss,
    double mse,
    double auxiliaryLoss,
    double explainedVariance,
    double l0,
    double deadFraction,
    double learningRate) {}
