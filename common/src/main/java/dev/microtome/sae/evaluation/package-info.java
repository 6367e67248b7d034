/**
 * What a sparse autoencoder is worth and what its features mean: how much of the activations and of
 * the model's predictions survive it, where each feature fires, what it does to the logits and the
 * loss, which labels, features and neurons go with it. The raw neurons of a layer go through the
 * same, as the baseline.
 *
 * <p>Start at {@link dev.microtome.sae.evaluation.FeatureDictionary} for what is measured, {@link
 * dev.microtome.sae.evaluation.SaeEvaluator} and {@link dev.microtome.sae.evaluation.FeatureReader}
 * for passes over tokens. Everything summed up over tokens is an accumulator: add, merge, result.
 * Papers: Bricken et al. 2023 (Towards Monosemanticity), Gao et al. 2024 (metrics).
 */
package dev.microtome.sae.evaluation;
