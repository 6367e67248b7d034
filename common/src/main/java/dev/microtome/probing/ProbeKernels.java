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

  /** The same of several problems over the same rows, one after the other. */
  static List<NDArray> logistics(
      NDManager manager,
      NDArray x,
      List<NDArray> ys,
      NDArray centre,
      List<NDArray> ws,
      List<NDArray> bs) {
    return SCRIPT.arrays(manager, "logistics", x, ys, centre, ws, bs, pieceRows(x));
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

  static double squaredDistance(NDManager manager, NDArray x, NDArray y) {
    try (NDArray sum = SCRIPT.array(manager, "squared_distance", x, y, pieceRows(x))) {
      return sum.getDouble();
    }
  }

  /** Rows that are widened to float64 at once. */
  static int rowsAtOnce(NDArray x) {
    return (int) pieceRows(x);
  }

  static NDArray select(NDManager manager, NDArray x, NDArray index) {
    return SCRIPT.array(manager, "select", x, index);
  }

  static NDArray without(NDManager manager, NDArray x, NDArray left, NDArray right, NDArray bias) {
    return SCRIPT.array(manager, "without", x, left, right, bias);
  }

  static NDArray logProbabilities(NDManager manager, NDArray scores) {
    return SCRIPT.array(manager, "log_probabilities", scores);
  }

  static NDArray standard(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "standard", x, pieceRows(x));
  }

  static void mlpStepsInPlace(
      NDArray x,
      NDArray y,
      NDArray order,
      NDArray standard,
      List<NDArray> parameters,
      List<NDArray> means,
      List<NDArray> squares,
      long stepsDone,
      MlpSettings settings) {
    SCRIPT.change(
        "mlp_steps_",
        x,
        y,
        order,
        settings.batchRows(),
        standard,
        parameters,
        means,
        squares,
        stepsDone,
        settings.learningRate(),
        settings.weightDecay());
  }

  static NDArray mlp(NDManager manager, NDArray x, NDArray standard, List<NDArray> parameters) {
    return SCRIPT.array(manager, "mlp", x, standard, parameters, pieceRows(x));
  }

  /** Consistency, confidence, gradients by w and b, p0 and p1. */
  static List<NDArray> contrast(NDManager manager, NDArray x0, NDArray x1, NDArray w, NDArray b) {
    return SCRIPT.arrays(manager, "contrast", x0, x1, w, b);
  }

  /** Mean loss and its gradients by w, b and the projection. */
  static List<NDArray> adversary(
      NDManager manager,
      NDArray x,
      NDArray y,
      NDArray order,
      NDArray centre,
      NDArray projection,
      NDArray w,
      NDArray b) {
    return SCRIPT.arrays(manager, "adversary", x, y, order, centre, projection, w, b);
  }
}
