package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.Map;

/**
 * One kind of SAE: how features are selected in training, what the loss is beside the error of the
 * reconstruction, and what is left of both when it is finished. A record of its numbers; its
 * arithmetic is the method of {@code losses.py} that {@link #script} names.
 *
 * <p>Notation: x [dIn], f [dSae] features, n_j the norm of row j of W_dec, ⟨·⟩ the mean over a
 * batch's rows; an error is a sum over dimensions, not a mean.
 */
public sealed interface SaeArchitecture extends Serializable
    permits ReluSae2023, ReluSae2024, GatedSae, TopKSae, BatchTopKSae, JumpReluSae, MatryoshkaSae {

  /** Its name in configurations and tables. */
  String name();

  /** The pre-bias its paper has. */
  PreBias preBias();

  /** What becomes of the decoder's norms. */
  DecoderNorms decoderNorms();

  /** The coefficient of its sparsity penalty once warmed up; 0 if it has none. */
  double sparsity();

  /** What its features are when it is finished. */
  Encoding encoding();

  /** Names and shapes of the encoder's trained tensors. */
  default Map<String, Shape> encoder(int dIn, int dSae) {
    return new Encoding.Relu().tensors(dIn, dSae);
  }

  /**
   * Checks that there can be one of this size.
   *
   * @throws IllegalArgumentException if not
   */
  default void check(int dIn, int dSae) {}

  /** The method of {@code losses.py}. */
  String script();

  /** Numbers and switches of that method; one number is a scalar there, several are a vector. */
  Map<String, double[]> constants(int dIn);

  /**
   * The finished encoder's tensors beside those that are trained under the same name.
   *
   * @param parameters trained, float32
   * @param threshold of a {@link BatchTopKSae} or {@link MatryoshkaSae}; others ignore it
   */
  default Map<String, NDArray> finished(
      Map<String, NDArray> parameters, double threshold, NDManager manager) {
    return Map.of();
  }
}
