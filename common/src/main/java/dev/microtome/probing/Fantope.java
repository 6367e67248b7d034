package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;

/** The convex hull of the orthogonal projections of a rank: eigenvalues in [0, 1], trace k. */
final class Fantope {
  private static final int BISECTIONS = 200;

  private Fantope() {}

  /** The nearest matrix in it, in Frobenius norm: V·clip(λ − θ, 0, 1)·Vᵀ. */
  static Matrix nearest(Matrix symmetric, int k) {
    SymmetricEigen eigen = SymmetricEigen.of(symmetric);
    int d = eigen.count();
    double low = eigen.value(d - 1) - 1;
    double high = eigen.value(0);
    for (int i = 0; i < BISECTIONS && low < high; i++) {
      double middle = (low + high) / 2;
      if (trace(eigen, middle) > k) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double[] scaled = eigen.vectors().toArray();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= clipped(eigen.value(i / d), high);
    }
    return eigen.vectors().transposeTimes(Matrix.of(d, d, scaled));
  }

  private static double trace(SymmetricEigen eigen, double theta) {
    double sum = 0;
    for (int i = 0; i < eigen.count(); i++) {
      sum += clipped(eigen.value(i), theta);
    }
    return sum;
  }

  private static double clipped(double value, double theta) {
    return Math.min(1, Math.max(0, value - theta));
  }
}
