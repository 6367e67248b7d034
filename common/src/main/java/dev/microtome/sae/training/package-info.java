/**
 * Trains sparse autoencoders on a CPU: TopK, BatchTopK and Matryoshka in little more time than the
 * encoder's matrix product takes, ReLU with L1 and JumpReLU in little more than five such products,
 * in less where few features fire, Gated in as many more; transcoders likewise. Other formulations
 * than the papers' are trained by the dense gradients of {@code dev.microtome.sae}.
 *
 * <p>Tokens a second beside sparsify in the same minutes, on two cores shared with other work, so
 * that only the ratios count: 512 × 4,096 features 13,300 against 5,600, 768 × 16,384 features
 * 2,260 against 1,280 ({@code .bench/run.sh sae}).
 *
 * <p>Start at {@link dev.microtome.sae.training.SaeGroup}, which trains some on the same batches,
 * {@link dev.microtome.sae.training.SaeRecipe} being what can be chosen for each; {@link
 * dev.microtome.sae.training.SaeTrainer} is the fast one, {@link
 * dev.microtome.sae.training.TopKShape} and {@link dev.microtome.sae.training.SaeOptimizer} are
 * what can be chosen, {@code TopKStep} and {@code ReluStep} how a step is computed, {@code Gates}
 * what kinds of ReLU there are. Papers: Gao et al. 2024 (TopK, AuxK), Bernstein et al. 2018 (sign
 * descent), Defazio et al. 2024 (no schedules), Kingma and Ba 2015 (Adam).
 */
package dev.microtome.sae.training;
