package dev.microtome.circuits;

import dev.microtome.linalg.GeneralEigenvalues;
import dev.microtome.linalg.Matrix;

/** Re Σλ / Σ|λ| of a square matrix: how far its eigenvalues are positive. */
final class EigenvalueScore {
  private EigenvalueScore() {}

  /** In [−1, 1]; 0 for a matrix without eigenvalues other than 0. */
  static double of(Matrix matrix) {
    GeneralEigenvalues eigenvalues = GeneralEigenvalues.of(matrix);
    double moduli = 0;
    for (int i = 0; i < matrix.rows(); i++) {
      moduli += Math.hypot(eigenvalues.real(i), eigenvalues.imaginary(i));
    }
    return moduli == 0 ? 0 : matrix.trace() / moduli;
  }
}
