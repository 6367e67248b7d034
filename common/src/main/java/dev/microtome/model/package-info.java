/**
 * Runs transformers of every supported family and reads or changes any value inside them by its
 * TransformerLens address.
 *
 * <p>Start at {@link dev.microtome.model.HookedTransformer#run}: a {@link
 * dev.microtome.model.TokenBatch} and a {@link dev.microtome.model.ForwardPass} go in, an {@link
 * dev.microtome.model.ActivationCache} comes out. {@link dev.microtome.model.HookSite} lists what
 * can be addressed, {@link dev.microtome.model.Intervention} what can be done there. The arithmetic
 * itself is the text {@code kernels.py} beside the classes. Families differ by {@link
 * dev.microtome.model.ModelConfig} alone; their weights are read in {@code model.load}.
 */
package dev.microtome.model;
