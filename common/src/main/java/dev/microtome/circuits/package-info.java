/**
 * The circuits of a transformer, read off its weights (Elhage et al. 2021, "A Mathematical
 * Framework for Transformer Circuits"): what a head attends to (QK), what it writes (OV), which
 * heads compose, and what a model without MLPs is a sum of.
 *
 * <p>All of it is float64, in row vectors, and on the small side of the matrices: a head's circuit
 * between tokens is [dVocab, dVocab] but of rank dHead. Start with {@link
 * dev.microtome.circuits.HeadCircuits}; {@link dev.microtome.circuits.Composition} compares pairs
 * of heads, {@link dev.microtome.circuits.SkipTrigrams} reads a one-layer model out, {@link
 * dev.microtome.circuits.PathExpansion} takes an attention-only model's logits apart.
 */
package dev.microtome.circuits;
