package dev.microtome.training;

/**
 * What one step was.
 *
 * @param step steps done, this one included
 * @param tokens of all batches so far
 * @param lossNats mean next-token cross-entropy of the batch, before the update
 * @param learningRate in force
 * @param gradientNorm of all parameters together, before clipping
 */
public record TrainingStep(
    long step, long tokens, double lossNats, double learningRate, double gradientNorm) {}
