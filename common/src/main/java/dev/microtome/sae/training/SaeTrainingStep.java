package dev.microtome.sae.training;

import java.util.List;

/**
 * What one step was, before its update.
 *
 * @param step steps done, this one included
 * @param tokens of all batches so far
 * @param loss what is differentiated, in its {@link LossUnit}: the errors + α × auxiliaryLoss
 * @param errors mean ‖x − x̂‖² of a row by growing width, the last of all features
 * @param auxiliaryLoss of AuxK before its weight, in the same unit
 * @param penalty of the features, its coefficient included, in the same unit
 * @param explainedVariance 1 − Σ‖x − x̂‖²/Σ‖x − x̄‖² of the batch
 * @param l0 mean number of features above zero in a row
 * @param deadFraction features without firing in the window, after this batch
 * @param learningRate in force
 */
public record SaeTrainingStep(
    long step,
    long tokens,
    double loss,
    List<Double> errors,
    double auxiliaryLoss,
    double penalty,
    double explainedVariance,
    double l0,
    double deadFraction,
    double learningRate) {}
