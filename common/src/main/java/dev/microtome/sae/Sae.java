package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * A finished sparse autoencoder or transcoder: weights that no longer change. Activations come in
 * as they are in the model: normalisation is inside.
 *
 * <p>Letters: n rows, float32. Results belong to the manager of {@code x}. Safe for concurrent use.
 */
public interface Sae extends AutoCloseable {

  /** What it is. */
  SaeForm form();

  /**
   * Features f ≥ 0 of activations.
   *
   * @param x [n, dIn], or [n, heads, dHead] of an attention's z with heads·dHead = dIn
   * @return [n, dSae]
   * @throws IllegalArgumentException if x has another width
   */
  NDArray encode(NDArray x);

  /**
   * Rebuilds activations from features, which need not be those of {@link #encode}: changed
   * features give what the model would have seen with them.
   *
   * @param features [n, dSae]
   * @param x what was encoded, whose normalisation is undone and which a skip transcoder maps
   * @return [n, dOut]; of x's shape if that has heads
   */
  NDArray decode(NDArray features, NDArray x);

  /** {@link #decode} of {@link #encode}. */
  default NDArray reconstruct(NDArray x) {
    try (NDArray features = encode(x)) {
      return decode(features, x);
    }
  }

  /**
   * The tensors of {@link SaeForm#tensors}, which the SAE owns: {@code W_dec} [dSae, dOut] has a
   * feature's direction in each row.
   */
  Map<String, NDArray> tensors();

  /** Frees the weights. */
  @Override
  void close();
}
