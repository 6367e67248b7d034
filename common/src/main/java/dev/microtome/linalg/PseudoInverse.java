package dev.microtome.linalg;

import java.util.Optional;

/**
 * Solves with a symmetric positive semidefinite matrix: by its Cholesky factor where it is
 * well-conditioned, else over its eigenvectors, those of eigenvalues up to λmax·n·ε left out.
 */
public final class PseudoInverse {
  private static final double WELL_CONDITIONED = 1e12;

  private PseudoInverse() {}

  /**
   * A⁺·b.
   *
   * @param a [n, n]
   * @param b [n, columns]
   */
  public static Matrix times(Matrix a, Matrix b) {
    Optional<Cholesky> factor = Cholesky.of(a);
    if (factor.isPresent() && factor.get().conditionNumber() < WELL_CONDITIONED) {
      return factor.get().solveLowerTransposed(factor.get().solveLower(b));
    }
    SymmetricEigen eigen = SymmetricEigen.of(a);
    double floor = eigen.value(0) * a.rows() * Math.ulp(1.0);
    Matrix coordinates = eigen.vectors().times(b);
    double[] values = coordinates.toArray();
    for (int i = 0; i < values.length; i++) {
      double eigenvalue = eigen.value(i / b.columns());
      values[i] = eigenvalue > floor ? values[i] / eigenvalue : 0;
    }
    return eigen.vectors().transposeTimes(Matrix.of(a.rows(), b.columns(), values));
  }
}
