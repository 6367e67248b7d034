package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.torch.TorchScript;
import java.util.List;

/** The arithmetic of {@code evaluation.py}. A result belongs to the manager given. */
final class EvaluationKernels {
  private static final TorchScript SCRIPT =
      TorchScript.load(EvaluationKernels.class, "evaluation.py", "Evaluation");

  private EvaluationKernels() {}

  /** Sums over rows, in the order of {@link Reconstruction#sums}, and the mean row. */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once
  record Moments(double[] sums, double[] mean) {}

  static Moments moments(NDArray x, NDArray y) {
    try (NDManager scratch = x.getManager().newSubManager()) {
      List<NDArray> moments = SCRIPT.arrays(scratch, "moments", x, y);
      return new Moments(moments.get(0).toDoubleArray(), moments.get(1).toDoubleArray());
    }
  }

  /** Rows of x [B, T, …] among B·T: [n, width]. */
  static NDArray rows(NDManager manager, NDArray x, NDArray indices) {
    return SCRIPT.array(manager, "rows", x, indices);
  }

  /** x with rows y at the indices, of x's shape. */
  static NDArray withRows(NDManager manager, NDArray x, NDArray indices, NDArray y) {
    return SCRIPT.array(manager, "with_rows", x, indices, y);
  }

  static boolean isFinite(NDArray x) {
    try (NDArray count = SCRIPT.array(x.getManager(), "not_finite", x)) {
      return count.getLong() == 0;
    }
  }

  static SparseFeatures sparse(NDArray f) {
    try (NDManager scratch = f.getManager().newSubManager()) {
      List<NDArray> parts = SCRIPT.arrays(scratch, "sparse", f);
      if (parts.get(1).isEmpty()) {
        return new SparseFeatures(parts.get(0).toIntArray(), new int[0], new float[0]);
      }
      return new SparseFeatures(
          parts.get(0).toIntArray(), parts.get(1).toIntArray(), parts.get(2).toFloatArray());
    }
  }

  static NDArray relu(NDManager manager, NDArray x) {
    return SCRIPT.array(manager, "relu", x);
  }

  /** What taking one feature each away adds: [columns, T, d]. */
  static NDArray without(NDManager manager, NDArray f, NDArray columns, NDArray directions) {
    return SCRIPT.array(manager, "without", f, columns, directions);
  }

  static NDArray selectRows(NDManager manager, NDArray x, int[] indices) {
    try (NDArray index = indices(manager, indices)) {
      return SCRIPT.array(manager, "select_rows", x, index);
    }
  }

  static NDArray divided(NDManager manager, NDArray rows, NDArray norms) {
    return SCRIPT.array(manager, "divided", rows, norms);
  }

  static NDArray norms(NDManager manager, NDArray rows) {
    return SCRIPT.array(manager, "norms", rows);
  }

  /** The k largest cosines of each row of a with rows of b: values and indices, [rows, k]. */
  static List<NDArray> nearest(NDManager manager, NDArray a, NDArray b, int k) {
    return SCRIPT.arrays(manager, "nearest", a, b, k);
  }

  static NDArray indices(NDManager manager, int[] indices) {
    long[] wide = new long[indices.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = indices[i];
    }
    return manager.create(wide, new Shape(wide.length));
  }
}
