package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.HookPoint;
import dev.microtome.model.TokenScale;
import dev.microtome.sae.Sae;

/**
 * Something that says an activation in features: a sparse autoencoder, a transcoder, or as the
 * baseline a layer's neurons themselves. Safe for concurrent use.
 *
 * <p>Letters: n tokens, float32; an activation with heads has them side by side in its width.
 */
public interface FeatureDictionary {

  /** Features of an SAE, which stays the caller's. */
  static FeatureDictionary of(String name, Sae sae, DictionaryHooks hooks) {
    return new SaeDictionary(name, sae, hooks);
  }

  /**
   * The neurons at a hook, each a feature: what is above 0 of it. Nothing is rebuilt, so that
   * taking a neuron away sets it to 0 where it was above.
   */
  static FeatureDictionary neurons(String name, HookPoint hook, int width) {
    return new NeuronDictionary(name, hook, width);
  }

  /** What tables call it. */
  String name();

  /** Where it reads, and where it writes. */
  DictionaryHooks hooks();

  int features();

  /** Width of what is read. */
  int dIn();

  /** Width of what is written. */
  int dOut();

  /** Features [n, features] of activations [n, dIn]. */
  NDArray encode(NDArray x);

  /** Activations [n, dOut] of features, of which x [n, dIn] is what was encoded. */
  NDArray decode(NDArray features, NDArray x);

  /**
   * What one unit of each feature adds to an activation, [features.length, dOut], times {@link
   * #tokenScale} of the activation.
   */
  NDArray directions(NDManager manager, int... features);

  /** What {@link #directions} are multiplied by at a token: what undoes the input's norm. */
  TokenScale tokenScale();
}
