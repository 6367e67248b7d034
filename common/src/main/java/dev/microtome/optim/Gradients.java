package dev.microtome.optim;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** What is done to the gradients of a step before an optimiser takes them. */
public final class Gradients {
  /** Keeps the factor finite if all gradients are zero; torch's value. */
  private static final double EPSILON = 1e-6;

  private Gradients() {}

  /**
   * Euclidean norm of all gradients together. NaN or infinite if one of their elements is.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static double norm(List<NDArray> gradients) {
    if (gradients.isEmpty()) {
      throw new IllegalArgumentException("no gradients");
    }
    return OptimizerKernels.norm(gradients.get(0).getManager(), gradients);
  }

  /**
   * Scales all gradients in place by min(1, maxNorm/(norm + 1e-6)).
   *
   * @param norm their {@link #norm}
   */
  public static void clipInPlace(List<NDArray> gradients, double norm, double maxNorm) {
    if (!(maxNorm > 0)) {
      throw new IllegalArgumentException("maxNorm is " + maxNorm + ", expected a number above 0");
    }
    double factor = maxNorm / (norm + EPSILON);
    if (factor < 1) {
      OptimizerKernels.scaleInPlace(gradients, factor);
    }
  }

  /** Multiplies all gradients in place. */
  public static void scaleInPlace(List<NDArray> gradients, double factor) {
    OptimizerKernels.scaleInPlace(gradients, factor);
  }
}
