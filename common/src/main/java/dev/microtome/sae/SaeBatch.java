package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * What one step is computed from, normalised already.
 *
 * @param x what is encoded, [n, dIn]
 * @param target what is rebuilt, [n, dOut]; x itself for an autoencoder
 * @param dead which features have not fired for long, boolean [dSae]; empty if it is too early to
 *     say
 */
public record SaeBatch(NDArray x, NDArray target, Optional<NDArray> dead) {

  /** An autoencoder's, without dead features. */
  public static SaeBatch of(NDArray x) {
    return new SaeBatch(x, x, Optional.empty());
  }

  /** The same with a mask of dead features. */
  public SaeBatch withDead(NDArray newDead) {
    return new SaeBatch(x, target, Optional.of(newDead));
  }
}
