package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;

/**
 * A linear classifier: class scores x·wᵀ + b, and probabilities by softmax. With two classes there
 * is one row of weights, the logit of class 1, as in scikit-learn. A class that no row it was
 * fitted to has an intercept of −∞ and is never given.
 *
 * @param classes C
 * @param weights [K, d], K = 1 of two classes, else C
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record LogisticProbe(int classes, Matrix weights, double[] intercepts)
    implements ClassProbe {
  public LogisticProbe {
    intercepts = intercepts.clone();
    if (classes < 2 || weights.rows() != outputs(classes) || intercepts.length != weights.rows()) {
      throw new IllegalArgumentException(
          "Weights of %d × %d and %d intercepts for %d classes"
              .formatted(weights.rows(), weights.columns(), intercepts.length, classes));
    }
  }

  static int outputs(int classes) {
    return classes == 2 ? 1 : classes;
  }

  /** A copy of b [K]. */
  @Override
  public double[] intercepts() {
    return intercepts.clone();
  }

  @Override
  public Matrix logProbabilities(ProbeRows x) {
    if (x.columns() != weights.columns()) {
      throw new IllegalArgumentException(
          "Activations of %d numbers for a probe of %d".formatted(x.columns(), weights.columns()));
    }
    if (x.rows() == 0) {
      return Matrix.zeros(0, classes);
    }
    try (NDManager scope = x.array().getManager().newSubManager()) {
      NDArray scores =
          ProbeKernels.scores(
              scope, x.array(), ProbeRows.array(scope, weights), scope.create(intercepts));
      return ProbeRows.matrix(ProbeKernels.logProbabilities(scope, scores));
    }
  }
}
