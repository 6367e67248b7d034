package dev.microtome.linalg;

import java.util.Arrays;

/**
 * Sums X·Xᵀ over blocks of X's columns: memory rows², whatever the number of columns. Blocks added
 * or merged in another order, or cut elsewhere, change the last bits of the sum; a caller that
 * wants the same bits takes the same blocks in the same order. Not thread-safe.
 */
public final class GramMatrix {
  private final int rows;
  // Only the upper triangle is summed.
  private final double[] sums;

  private GramMatrix(int rows, double[] sums) {
    this.rows = rows;
    this.sums = sums;
  }

  /** A sum of nothing. */
  public static GramMatrix ofRows(int rows) {
    return new GramMatrix(rows, new double[Math.multiplyExact(rows, rows)]);
  }

  /**
   * A sum as {@link #matrix} gave it, to be merged with others.
   *
   * @throws IllegalArgumentException if the matrix is not square
   */
  public static GramMatrix of(Matrix matrix) {
    if (matrix.rows() != matrix.columns()) {
      throw new IllegalArgumentException(
          "A Gram matrix of %d × %d".formatted(matrix.rows(), matrix.columns()));
    }
    return new GramMatrix(matrix.rows(), matrix.toArray());
  }

  public int rows() {
    return rows;
  }

  /**
   * Adds a block of columns.
   *
   * @param block [rows, columns]
   * @throws IllegalArgumentException if it has another number of rows
   */
  public void add(Matrix block) {
    requireRows(block.rows());
    Blas.addGram(block.toArray(), rows, block.columns(), sums);
  }

  /**
   * Adds what another one has summed.
   *
   * @throws IllegalArgumentException if it is of another number of rows, or this one itself
   */
  public void merge(GramMatrix other) {
    if (other == this) {
      throw new IllegalArgumentException("A Gram matrix cannot be merged with itself");
    }
    requireRows(other.rows);
    for (int i = 0; i < sums.length; i++) {
      sums[i] += other.sums[i];
    }
  }

  /** X·Xᵀ so far, both triangles. */
  public Matrix matrix() {
    double[] full = Arrays.copyOf(sums, sums.length);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < i; j++) {
        full[i * rows + j] = full[j * rows + i];
      }
    }
    return Matrix.of(rows, rows, full);
  }

  private void requireRows(int found) {
    if (found != rows) {
      throw new IllegalArgumentException("%d rows for a Gram matrix of %d".formatted(found, rows));
    }
  }
}
