package dev.microtome.linalg;

import java.util.Optional;

/**
 * A symmetric positive definite matrix [n, n] as L·Lᵀ, L lower triangular, by LAPACK's dpotrf: n³/3
 * multiplications, a twenty-seventh of its eigenvectors.
 */
public final class Cholesky {
  private final int n;
  private final double[] lower;
  private final double norm;

  private Cholesky(int n, double[] lower, double norm) {
    this.n = n;
    this.lower = lower;
    this.norm = norm;
  }

  /**
   * Computes it from the entries on and below the diagonal.
   *
   * @return empty if the matrix is not positive definite, be it by rounding alone
   * @throws IllegalArgumentException if the matrix is not square or has a number that is not finite
   */
  public static Optional<Cholesky> of(Matrix matrix) {
    int n = matrix.rows();
    double[] a = Blas.squareEntries("Cholesky factor", matrix);
    double norm = largestRowSum(a, n);
    return n == 0 || Blas.cholesky(a, n) ? Optional.of(new Cholesky(n, a, norm)) : Optional.empty();
  }

  /** ‖a‖₁ = ‖a‖∞ of a symmetric matrix. */
  private static double largestRowSum(double[] a, int n) {
    double largest = 0;
    for (int row = 0; row < n; row++) {
      double sum = 0;
      for (int column = 0; column < n; column++) {
        sum += Math.abs(a[row * n + column]);
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  /**
   * The condition number in the 1-norm, ‖A‖₁·‖A⁻¹‖₁, as dpocon estimates it: seldom less than a
   * third of the true one, which is from λmax/λmin to n times that.
   */
  public double conditionNumber() {
    return n == 0 ? 1 : Blas.conditionNumber(lower, n, norm);
  }

  /** L [n, n]. */
  public Matrix lower() {
    double[] result = new double[n * n];
    for (int row = 0; row < n; row++) {
      System.arraycopy(lower, row * n, result, row * n, row + 1);
    }
    return Matrix.of(n, n, result);
  }

  /**
   * The condition number in the 2-norm, λmax/λmin, from below: exact of up to 64 dimensions, else
   * by 16 steps of Lanczos iteration or more.
   */
  public double eigenvalueRatio() {
    if (n == 0) {
      return 1;
    }
    try (ExtremeEigenvalues extremes = new ExtremeEigenvalues(lower, n)) {
      return extremes.ratio();
    }
  }

  /** L⁻¹·b, for b [n, columns]. */
  public Matrix solveLower(Matrix b) {
    return solve(b, false);
  }

  /** L⁻ᵀ·b, for b [n, columns]. */
  public Matrix solveLowerTransposed(Matrix b) {
    return solve(b, true);
  }

  /** L·b, for b [n, columns]. */
  public Matrix timesLower(Matrix b) {
    double[] result = rightSide(b);
    if (result.length > 0) {
      Blas.multiplyLower(lower, n, result, b.columns());
    }
    return Matrix.of(n, b.columns(), result);
  }

  private Matrix solve(Matrix b, boolean transposed) {
    double[] result = rightSide(b);
    if (result.length > 0) {
      Blas.solveLower(lower, n, transposed, result, b.columns());
    }
    return Matrix.of(n, b.columns(), result);
  }

  private double[] rightSide(Matrix b) {
    if (b.rows() != n) {
      throw new IllegalArgumentException(
          "%d rows on the right of a Cholesky factor of %d".formatted(b.rows(), n));
    }
    return b.toArray();
  }
}
