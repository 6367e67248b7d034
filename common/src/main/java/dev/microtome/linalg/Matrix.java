package dev.microtome.linalg;

import java.util.Arrays;

/**
 * A dense matrix in float64, row-major. Immutable: arrays are copied on the way in and out, and
 * every operation makes a new matrix. Products are OpenBLAS's, on one thread, so that their bits do
 * not depend on the cores there are.
 */
public final class Matrix {
  private final int rows;
  private final int columns;
  private final double[] data;

  private Matrix(int rows, int columns, double[] data) {
    this.rows = rows;
    this.columns = columns;
    this.data = data;
  }

  /**
   * A matrix of these numbers, row after row.
   *
   * @throws IllegalArgumentException if there are not rows × columns of them
   */
  public static Matrix of(int rows, int columns, double... data) {
    if (rows < 0 || columns < 0 || (long) rows * columns != data.length) {
      throw new IllegalArgumentException(
          "%d numbers for a matrix of %d × %d".formatted(data.length, rows, columns));
    }
    return new Matrix(rows, columns, data.clone());
  }

  public static Matrix zeros(int rows, int columns) {
    return new Matrix(rows, columns, new double[Math.multiplyExact(rows, columns)]);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  public double at(int row, int column) {
    return data[row * columns + column];
  }

  /** A copy of one row. */
  public double[] row(int row) {
    return Arrays.copyOfRange(data, row * columns, (row + 1) * columns);
  }

  /** Rows from (inclusive) to (exclusive). */
  public Matrix rows(int from, int to) {
    return new Matrix(to - from, columns, Arrays.copyOfRange(data, from * columns, to * columns));
  }

  /** A copy of all numbers, row-major. */
  public double[] toArray() {
    return data.clone();
  }

  public Matrix transpose() {
    double[] result = new double[data.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[j * rows + i] = data[i * columns + j];
      }
    }
    return new Matrix(columns, rows, result);
  }

  /**
   * The matrix product.
   *
   * @throws IllegalArgumentException if the sizes do not match
   */
  public Matrix times(Matrix other) {
    requireSame("Columns and rows", columns, other.rows);
    return product(this, false, other, false);
  }

  /** This transposed, times the other: Σᵢ rowᵢᵀ·rowᵢ, without the transposed copy. */
  public Matrix transposeTimes(Matrix other) {
    requireSame("Rows", rows, other.rows);
    return product(this, true, other, false);
  }

  /** This times the other transposed: every row's inner product with every row of the other. */
  public Matrix timesTranspose(Matrix other) {
    requireSame("Columns", columns, other.columns);
    return product(this, false, other, true);
  }

  /** The sum of two matrices of one size. */
  public Matrix plus(Matrix other) {
    requireSame("Rows", rows, other.rows);
    requireSame("Columns", columns, other.columns);
    double[] result = data.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += other.data[i];
    }
    return new Matrix(rows, columns, result);
  }

  /** Every number times a factor. */
  public Matrix scaled(double factor) {
    double[] result = data.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] *= factor;
    }
    return new Matrix(rows, columns, result);
  }

  /** Sum of the diagonal of a square matrix. */
  public double trace() {
    requireSame("Rows and columns", rows, columns);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += data[i * columns + i];
    }
    return sum;
  }

  /** √ of the sum of squares. */
  public double frobeniusNorm() {
    return Math.sqrt(inner(this));
  }

  /** Σᵢⱼ of the products entry by entry. */
  public double inner(Matrix other) {
    requireSame("Rows", rows, other.rows);
    requireSame("Columns", columns, other.columns);
    double sum = 0;
    for (int i = 0; i < data.length; i++) {
      sum += data[i] * other.data[i];
    }
    return sum;
  }

  private static Matrix product(Matrix a, boolean transposeA, Matrix b, boolean transposeB) {
    int m = transposeA ? a.columns : a.rows;
    int inner = transposeA ? a.rows : a.columns;
    int n = transposeB ? b.rows : b.columns;
    double[] result = new double[Math.multiplyExact(m, n)];
    if (result.length > 0 && inner > 0) {
      Blas.multiply(
          m, n, inner, a.data, a.columns, transposeA, b.data, b.columns, transposeB, result);
    }
    return new Matrix(m, n, result);
  }

  private static void requireSame(String what, int first, int second) {
    if (first != second) {
      throw new IllegalArgumentException("%s differ: %d and %d".formatted(what, first, second));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Matrix matrix
        && rows == matrix.rows
        && columns == matrix.columns
        && Arrays.equals(data, matrix.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * rows + columns) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Matrix[%d × %d]".formatted(rows, columns);
  }
}
