package dev.microtome.linalg;

/**
 * A matrix [rows, columns] as U·Σ·Vᵀ, by LAPACK's dgesdd, the small side alone: k = min(rows,
 * columns) singular values, the largest first. U [rows, k] has orthonormal columns, Vᵀ [k, columns]
 * orthonormal rows; the sign of a pair of vectors is free.
 */
public final class Svd {
  private final double[] values;
  private final Matrix left;
  private final Matrix right;

  private Svd(double[] values, Matrix left, Matrix right) {
    this.values = values;
    this.left = left;
    this.right = right;
  }

  /**
   * Computes it.
   *
   * @throws IllegalArgumentException if a number is not finite
   * @throws ArithmeticException if the iteration does not converge
   */
  public static Svd of(Matrix matrix) {
    double[] a = matrix.toArray();
    Blas.requireFinite("Singular values", a);
    int rows = matrix.rows();
    int columns = matrix.columns();
    int k = Math.min(rows, columns);
    double[] values = new double[k];
    double[] left = new double[rows * k];
    double[] right = new double[k * columns];
    if (k > 0) {
      Blas.singularValues(a, rows, columns, values, left, right);
    }
    return new Svd(values, Matrix.of(rows, k, left), Matrix.of(k, columns, right));
  }

  /** min(rows, columns). */
  public int count() {
    return values.length;
  }

  /** Singular value of an index, 0 the largest; never negative. */
  public double value(int index) {
    return values[index];
  }

  /** U [rows, k]: column i belongs to value i. */
  public Matrix left() {
    return left;
  }

  /** Vᵀ [k, columns]: row i belongs to value i. */
  public Matrix right() {
    return right;
  }
}
