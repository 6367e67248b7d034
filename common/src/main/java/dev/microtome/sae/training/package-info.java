/**
 * Trains TopK sparse autoencoders on a CPU, in little more time than the encoder's matrix product
 * takes.
 *
 * <p>Start at {@link dev.microtome.sae.training.SaeTrainer}; {@link
 * dev.microtome.sae.training.TopKShape} and {@link dev.microtome.sae.training.SaeOptimizer} are
 * what can be chosen, {@code TopKStep} how a step is computed. Papers: Gao et al. 2024 (TopK,
 * AuxK), Bernstein et al. 2018 (sign descent), Defazio et al. 2024 (no schedules), Kingma and Ba
 * 2015 (Adam).
 */
package dev.microtome.sae.training;
