/**
 * Sparse autoencoders and transcoders: what they are configured as, what they compute, what they
 * are trained on, and the files that hold them.
 *
 * <p>Start at {@link dev.microtome.sae.Sae} for a finished one, {@link dev.microtome.sae.SaeFiles}
 * for its folder, {@link dev.microtome.sae.SaeConfig} and {@link dev.microtome.sae.SaeArchitecture}
 * for one to be trained, {@link dev.microtome.sae.SaeGradients} for its losses. Papers: Bricken et
 * al. 2023 and Conerly et al. 2024 (ReLU and L1), Rajamanoharan et al. 2024 (Gated, JumpReLU), Gao
 * et al. 2024 (TopK), Bussmann et al. 2024 and 2025 (BatchTopK, Matryoshka), Dunefsky et al. 2024
 * (transcoders). What SAELens 6.54 does otherwise has a name of its own everywhere: {@link
 * dev.microtome.sae.Formulation#SAE_LENS}.
 */
package dev.microtome.sae;
