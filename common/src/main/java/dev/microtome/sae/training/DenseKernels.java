package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.torch.TorchScript;
import java.util.List;
import java.util.Map;

/** The arithmetic of {@code dense.py}. A result belongs to the manager given. */
final class DenseKernels {
  private static final TorchScript SCRIPT =
      TorchScript.load(DenseKernels.class, "dense.py", "Dense");

  private DenseKernels() {}

  /**
   * What a batch was.
   *
   * @param fired 1 where a feature fired on a token
   * @param l0 mean number of features of a token
   * @param error Σ‖t − y‖²
   * @param variance Σ‖t − t̄‖²
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once
  record Facts(int[] fired, double l0, double error, double variance) {}

  static Facts facts(NDManager manager, NDArray features, NDArray y, NDArray target) {
    List<NDArray> results = SCRIPT.arrays(manager, "facts", features, y, target);
    double[] numbers = results.get(1).toDoubleArray();
    return new Facts(results.get(0).toIntArray(), numbers[0], numbers[1], numbers[2]);
  }

  static NDArray scaled(NDManager manager, NDArray x, double factor) {
    return SCRIPT.array(manager, "scaled", x, factor);
  }

  static NDArray constantNorm(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "constant_norm", x);
  }

  static NDArray layerNorm(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "layer_norm", x);
  }

  /** Columns [from, to) of x. */
  static NDArray columns(NDManager manager, NDArray x, long from, long to) {
    return SCRIPT.array(manager, "columns", x, from, to);
  }

  /** Loss of each row of x in a tied ReLU autoencoder: ‖x − x̂‖² + l1·‖f‖₁. */
  static double[] rowLosses(NDManager manager, NDArray x, Map<String, NDArray> p, double l1) {
    return SCRIPT
        .array(
            manager,
            "row_losses",
            x,
            p.get("W_enc"),
            p.get("b_enc"),
            p.get("W_dec"),
            p.get("b_dec"),
            l1)
        .toDoubleArray();
  }

  /** Sets an array to the values of another, whether libtorch has it for inference or not. */
  static void setInPlace(NDArray target, NDArray source) {
    SCRIPT.change("set_", target, source);
  }

  /** Mean of rows. */
  static NDArray meanRow(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "mean_row", x);
  }

  /**
   * Sums over rows.
   *
   * @param fires rows on which each feature is above 0
   * @param active features above 0
   * @param error Σ‖t − y‖²
   * @param squares Σ‖t‖²
   * @param values Σt
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once
  record Sums(long[] fires, double active, double error, double squares, double[] values) {}

  static Sums sums(NDManager manager, NDArray features, NDArray y, NDArray target) {
    List<NDArray> results = SCRIPT.arrays(manager, "sums", features, y, target);
    double[] numbers = results.get(1).toDoubleArray();
    return new Sums(
        results.get(0).toLongArray(),
        numbers[0],
        numbers[1],
        numbers[2],
        results.get(2).toDoubleArray());
  }
}
