package dev.microtome.stats;

import dev.microtome.linalg.GramMatrix;
import dev.microtome.linalg.Matrix;

/**
 * Principal components of few rows and any number of columns, fed a block of columns at a time: the
 * rows are checkpoints, say, and the columns tokens. What is kept is the Gram matrix of the centred
 * rows [rows, rows] alone, float64, so that time is linear in the columns and memory independent of
 * them.
 *
 * <p>Each column is centred by its own mean over the rows, which is exact whatever the split, since
 * a block has all rows of its columns. Nothing is scaled. Fitters of parts merge to that of the
 * whole but for rounding; the same parts merged in the same order give the same bits.
 *
 * <p>Components follow from the loadings, in a second pass over the same blocks: {@link
 * Pca#loadings}. Not thread-safe.
 */
public final class PcaFitter {
  private final GramMatrix gram;

  private PcaFitter(GramMatrix gram) {
    this.gram = gram;
  }

  /**
   * A fitter that has seen no column.
   *
   * @throws IllegalArgumentException if there are fewer than two rows, which do not vary
   */
  public static PcaFitter ofRows(int rows) {
    if (rows < 2) {
      throw new IllegalArgumentException("PCA of %d rows: at least 2 are needed".formatted(rows));
    }
    return new PcaFitter(GramMatrix.ofRows(rows));
  }

  /** A fitter that has seen what another one's {@link #gram} holds. */
  public static PcaFitter of(Matrix gram) {
    PcaFitter fitter = ofRows(gram.rows());
    fitter.gram.merge(GramMatrix.of(gram));
    return fitter;
  }

  /**
   * Adds columns.
   *
   * @param block [rows, columns], as observed
   * @throws IllegalArgumentException if it has another number of rows, or a number that is not
   *     finite
   */
  public void add(Matrix block) {
    gram.add(centred(block));
  }

  /** Adds the columns behind another fitter of as many rows. */
  public void merge(PcaFitter other) {
    gram.merge(other.gram);
  }

  /** Inner products of the centred rows, [rows, rows]. */
  public Matrix gram() {
    return gram.matrix();
  }

  /**
   * The components, at most so many: fewer where the rows do not vary in so many directions.
   *
   * @throws IllegalArgumentException if components is not 1 to rows − 1, or no row differs from
   *     another
   */
  public Pca fit(int components) {
    return Pca.of(gram.matrix(), components);
  }

  /**
   * The block minus each column's mean. The mean is taken of the differences to the first row, so
   * that a column that does not vary becomes zeros and not rounding.
   */
  static Matrix centred(Matrix block) {
    int rows = block.rows();
    int columns = block.columns();
    double[] data = block.toArray();
    double[] mean = new double[columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double value = data[row * columns + column];
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "PCA: row %d, column %d of the block is %s".formatted(row, column, value));
        }
        mean[column] += value - block.at(0, column);
      }
    }
    for (int column = 0; column < columns; column++) {
      mean[column] /= rows;
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int at = row * columns + column;
        data[at] = data[at] - block.at(0, column) - mean[column];
      }
    }
    return Matrix.of(rows, columns, data);
  }
}
