package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.torch.TorchScript;
import java.util.List;

/** The arithmetic of {@code probes.py}, each method one call for all rows. */
final class ProbeKernels {
  private static final TorchScript SCRIPT =
      TorchScript.load(ProbeKernels.class, "probes.py", "Probes");

  /** Numbers widened to float64 at once, 8 MB. */
  private static final int PIECE = 1 << 20;

  private ProbeKernels() {}

  private static long pieceRows(NDArray x) {
    return Math.max(1, PIECE / x.getShape().get(1));
  }

  /** Loss, gradient by w and gradient by b. */
  static List<NDArray> logistic(
      NDManager manager, NDArray x, NDArray y, NDArray centre, NDArray w, NDArray b) {
    return SCRIPT.arrays(manager, "logistic", x, y, centre, w, b, pieceRows(x));
  }

  static NDArray scores(NDManager manager, NDArray x, NDArray w, NDArray b) {
    return SCRIPT.array(manager, "scores", x, w, b, pieceRows(x));
  }

  static NDArray mean(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "mean", x, pieceRows(x));
  }

  static NDArray gram(NDManager manager, NDArray x, NDArray centre) {
    return SCRIPT.array(manager, "gram", x, centre, pieceRows(x));
  }

  static NDArray without(NDManager manager, NDArray x, NDArray left, NDArray right, NDArray bias) {
    return SCRIPT.array(manager, "without", x, left, right, bias);
  }

  static NDArray logProbabilities(NDManager manager, NDArray scores) {
    return SCRIPT.array(manager, "log_probabilities", scores);
  }
}
