package dev.microtome.linalg;

/**
 * A symmetric matrix as V·Λ·Vᵀ, by LAPACK's dsyevd: real eigenvalues, the largest first, and
 * orthonormal eigenvectors. An eigenvalue is right to about n·ε·|largest|, so that those below that
 * say nothing. A vector's sign is free. About 9·n³ multiplications and 5·n² doubles of memory.
 */
public final class SymmetricEigen {
  /** How far entries (i, j) and (j, i) may be apart, relative to the largest of all. */
  private static final double SYMMETRY = 1e-9;

  private final double[] values;
  private final Matrix vectors;

  private SymmetricEigen(double[] values, Matrix vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  /**
   * Computes them. Entries on and below the diagonal count; the others must agree but for rounding.
   *
   * @throws IllegalArgumentException if the matrix is not square, not symmetric, or has a number
   *     that is not finite
   * @throws ArithmeticException if the iteration does not converge
   */
  public static SymmetricEigen of(Matrix matrix) {
    int n = matrix.rows();
    double[] a = Blas.squareEntries("Eigenvectors", matrix);
    requireSymmetric(matrix, a);
    double[] ascending = new double[n];
    if (n > 0) {
      Blas.symmetricEigen(a, n, ascending);
    }
    double[] values = new double[n];
    double[] rows = new double[a.length];
    for (int i = 0; i < n; i++) {
      values[i] = ascending[n - 1 - i];
      System.arraycopy(a, (n - 1 - i) * n, rows, i * n, n);
    }
    return new SymmetricEigen(values, Matrix.of(n, n, rows));
  }

  /**
   * The eigenvalues alone, the largest first: a fraction of the time.
   *
   * @throws IllegalArgumentException as {@link #of}
   * @throws ArithmeticException if the iteration does not converge
   */
  public static double[] values(Matrix matrix) {
    int n = matrix.rows();
    double[] a = Blas.squareEntries("Eigenvalues", matrix);
    requireSymmetric(matrix, a);
    double[] ascending = new double[n];
    if (n > 0) {
      Blas.symmetricEigenvalues(a, n, ascending);
    }
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = ascending[n - 1 - i];
    }
    return values;
  }

  private static void requireSymmetric(Matrix matrix, double[] a) {
    double largest = 0;
    for (double value : a) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < i; j++) {
        if (Math.abs(matrix.at(i, j) - matrix.at(j, i)) > SYMMETRY * largest) {
          throw new IllegalArgumentException(
              "Matrix is not symmetric: (%d, %d) is %s, (%d, %d) is %s"
                  .formatted(i, j, matrix.at(i, j), j, i, matrix.at(j, i)));
        }
      }
    }
  }

  /** How many there are: the matrix's size. */
  public int count() {
    return values.length;
  }

  /** Eigenvalue of an index, 0 the largest. */
  public double value(int index) {
    return values[index];
  }

  /** A copy of an eigenvalue's vector, of length 1. */
  public double[] vector(int index) {
    return vectors.row(index);
  }

  /** Vᵀ [n, n]: row i is the vector of value i. */
  public Matrix vectors() {
    return vectors;
  }
}
