package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.torch.TorchScript;
import java.util.List;

/**
 * The arithmetic of {@code inference.py}. A result belongs to the manager given; methods that end
 * in {@code InPlace} change their first argument.
 */
final class SaeKernels {
  private static final TorchScript SCRIPT =
      TorchScript.load(SaeKernels.class, "inference.py", "Inference");

  private SaeKernels() {}

  /** [normalised, factor of the way back, shift of the way back]. */
  static List<NDArray> layerNorm(NDManager manager, NDArray x) {
    return SCRIPT.arrays(manager, "layer_norm", x);
  }

  /** [normalised, factor of the way back, zeros]. */
  static List<NDArray> constantNorm(NDManager manager, NDArray x) {
    return SCRIPT.arrays(manager, "constant_norm", x);
  }

  static void denormaliseInPlace(NDArray y, NDArray factor, NDArray shift) {
    SCRIPT.change("denormalise_", y, factor, shift);
  }

  static NDArray centre(NDManager manager, NDArray x, NDArray bias) {
    return SCRIPT.array(manager, "centre", x, bias);
  }

  static NDArray relu(NDManager manager, NDArray x, NDArray w, NDArray b) {
    return SCRIPT.array(manager, "relu", x, w, b);
  }

  static NDArray gated(
      NDManager manager, NDArray x, NDArray w, NDArray gate, NDArray r, NDArray magnitude) {
    return SCRIPT.array(manager, "gated", x, w, gate, r, magnitude);
  }

  static NDArray topK(NDManager manager, NDArray x, NDArray w, NDArray b, int k) {
    return SCRIPT.array(manager, "top_k", x, w, b, k);
  }

  static NDArray topKScaled(
      NDManager manager, NDArray x, NDArray w, NDArray b, int k, NDArray norms) {
    return SCRIPT.array(manager, "top_k_scaled", x, w, b, k, norms);
  }

  static NDArray jumpRelu(NDManager manager, NDArray x, NDArray w, NDArray b, NDArray threshold) {
    return SCRIPT.array(manager, "jump_relu", x, w, b, threshold);
  }

  static NDArray decode(NDManager manager, NDArray f, NDArray w, NDArray b) {
    return SCRIPT.array(manager, "decode", f, w, b);
  }

  static NDArray decodeScaled(NDManager manager, NDArray f, NDArray w, NDArray b, NDArray norms) {
    return SCRIPT.array(manager, "decode_scaled", f, w, b, norms);
  }

  static void addSkipInPlace(NDArray y, NDArray x, NDArray skip) {
    SCRIPT.change("add_skip_", y, x, skip);
  }

  /** Norms of rows, at least 1e-8. */
  static NDArray norms(NDManager manager, NDArray rows) {
    return SCRIPT.array(manager, "norms", rows);
  }

  static NDArray scale(NDManager manager, NDArray x, double factor) {
    return SCRIPT.array(manager, "scale", x, factor);
  }

  static void scaleInPlace(NDArray x, double factor) {
    SCRIPT.change("scale_", x, factor);
  }

  static NDArray times(NDManager manager, NDArray x, NDArray y) {
    return SCRIPT.array(manager, "times", x, y);
  }

  static NDArray divideRows(NDManager manager, NDArray x, NDArray norms) {
    return SCRIPT.array(manager, "divide_rows", x, norms);
  }

  static NDArray exp(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "exp", x);
  }

  static NDArray notNegative(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "not_negative", x);
  }

  static NDArray transposed(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "transposed", x);
  }

  static NDArray copy(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "copy", x);
  }

  /** How many elements are NaN or infinite. */
  static long notFinite(NDManager manager, NDArray x) {
    try (NDArray count = SCRIPT.array(manager, "not_finite", x)) {
      return count.getLong();
    }
  }

  /** The smallest element above 0, or infinity if there is none. */
  static double smallestPositive(NDManager manager, NDArray x) {
    try (NDArray smallest = SCRIPT.array(manager, "smallest_positive", x)) {
      return smallest.getDouble();
    }
  }

  /** Sum of the norms of rows, in float64. */
  static double sumOfNorms(NDManager manager, NDArray rows) {
    try (NDArray sum = SCRIPT.array(manager, "sum_of_norms", rows)) {
      return sum.getDouble();
    }
  }

  static void removeParallelInPlace(NDArray gradient, NDArray rows) {
    SCRIPT.change("remove_parallel_", gradient, rows);
  }

  static void notNegativeInPlace(NDArray x) {
    SCRIPT.change("not_negative_", x);
  }

  static void unitRowsInPlace(NDArray rows) {
    SCRIPT.change("unit_rows_", rows);
  }

  /** The smallest norm of a row. */
  static double smallestNorm(NDManager manager, NDArray rows) {
    try (NDArray smallest = SCRIPT.array(manager, "smallest_norm", rows)) {
      return smallest.getDouble();
    }
  }

  static void resampleInPlace(
      NDArray encoder, NDArray bias, NDArray decoder, NDArray dead, NDArray x, double norm) {
    SCRIPT.change("resample_", encoder, bias, decoder, dead, x, norm);
  }

  static void forgetInPlace(NDArray encoder, NDArray bias, NDArray decoder, NDArray dead) {
    SCRIPT.change("forget_", encoder, bias, decoder, dead);
  }
}
