package dev.microtome.stats;

import dev.microtome.linalg.ColumnGram;
import dev.microtome.linalg.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Count, mean and scatter Σ(x − x̄)(x − x̄)ᵀ of rows of d numbers, in one pass and float64: 8·d²
 * bytes outside of the heap. A row of two vectors has their cross moments in the scatter.
 *
 * <p>Rows are gathered to blocks, each centred by its own mean; blocks and parts are put together
 * by the pairwise update of Chan, Golub and LeVeque (1979): nothing like E[x²] − E[x]², which
 * cancels. The update's rank-1 term is one more row of the block's symmetric rank-k update. Moments
 * of parts merge to those of the whole but for rounding; the same rows in the same order, cut
 * alike, give the same bits. A column that does not vary has a scatter of exactly 0. Not
 * thread-safe.
 */
public final class Moments {
  /** Large enough that a block's update does not wait for the scatter to come from memory. */
  private static final int BLOCK_ROWS = 512;

  private final int columns;
  private final double[] mean;
  private final ColumnGram scatter;
  private long count;
  // [BLOCK_ROWS + 1, columns], made with the first row: merged moments need none
  private double[] block;
  private int blockRows;

  private Moments(int columns) {
    this.columns = columns;
    mean = new double[columns];
    scatter = ColumnGram.ofColumns(columns);
  }

  /**
   * Moments of no rows.
   *
   * @throws IllegalArgumentException if there are less than one or more than {@link
   *     ColumnGram#MAX_COLUMNS} columns
   */
  public static Moments ofColumns(int columns) {
    return new Moments(columns);
  }

  /**
   * Moments as another one's {@link #count}, {@link #mean} and {@link #scatterBytes} give them.
   *
   * @throws IllegalArgumentException if the bytes are not those of a scatter of the mean's columns
   */
  public static Moments of(long count, double[] mean, byte[] scatter) {
    Moments moments = new Moments(mean.length);
    moments.count = count;
    System.arraycopy(mean, 0, moments.mean, 0, mean.length);
    moments.scatter.addUpperTriangle(scatter);
    return moments;
  }

  /**
   * The same of {@link #meanBytes}.
   *
   * @throws IllegalArgumentException as above
   */
  public static Moments of(long count, byte[] mean, byte[] scatter) {
    return of(count, doubles(mean), scatter);
  }

  private static double[] doubles(byte[] littleEndian) {
    double[] values = new double[littleEndian.length / Double.BYTES];
    ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
    return values;
  }

  /** Numbers of a row. */
  public int columns() {
    return columns;
  }

  /**
   * Adds a row whose first numbers are x and whose last are z.
   *
   * @throws IllegalArgumentException if they are not as many as there are columns, or one is not
   *     finite
   */
  public void add(float[] x, double... z) {
    int at = nextRow(x.length + z.length);
    for (int i = 0; i < x.length; i++) {
      block[at + i] = x[i];
    }
    System.arraycopy(z, 0, block, at + x.length, z.length);
    endRow(at);
  }

  /** The same of float64. */
  public void add(double[] x, double... z) {
    int at = nextRow(x.length + z.length);
    System.arraycopy(x, 0, block, at, x.length);
    System.arraycopy(z, 0, block, at + x.length, z.length);
    endRow(at);
  }

  private int nextRow(int length) {
    if (length != columns) {
      throw new IllegalArgumentException(
          "A row of %d numbers for moments of %d columns".formatted(length, columns));
    }
    if (block == null) {
      block = new double[(BLOCK_ROWS + 1) * columns];
    }
    return blockRows * columns;
  }

  private void endRow(int at) {
    for (int i = 0; i < columns; i++) {
      if (!Double.isFinite(block[at + i])) {
        throw new IllegalArgumentException(
            "Moments: number %d of row %d is %s".formatted(i, count + blockRows, block[at + i]));
      }
    }
    blockRows++;
    if (blockRows == BLOCK_ROWS) {
      endBlock();
    }
  }

  private void endBlock() {
    if (blockRows == 0) {
      return;
    }
    int rows = blockRows;
    blockRows = 0;
    double[] shift = centre(rows);
    double weight = Math.sqrt((double) count * rows / (count + rows));
    for (int i = 0; i < columns; i++) {
      // Where the block's mean lies from that of the rows before it.
      double difference = shift[i] - mean[i];
      mean[i] += difference * ((double) rows / (count + rows));
      block[rows * columns + i] = weight * difference;
    }
    scatter.add(block, count == 0 ? rows : rows + 1);
    count += rows;
  }

  /**
   * Subtracts the block's mean from its rows. It is taken of differences to the first row, so that
   * a column that does not vary becomes zeros and not rounding.
   *
   * @return the mean
   */
  private double[] centre(int rows) {
    double[] first = new double[columns];
    System.arraycopy(block, 0, first, 0, columns);
    double[] rest = new double[columns];
    for (int row = 0; row < rows; row++) {
      int at = row * columns;
      for (int i = 0; i < columns; i++) {
        double difference = block[at + i] - first[i];
        block[at + i] = difference;
        rest[i] += difference;
      }
    }
    for (int i = 0; i < columns; i++) {
      rest[i] /= rows;
    }
    for (int row = 0; row < rows; row++) {
      int at = row * columns;
      for (int i = 0; i < columns; i++) {
        block[at + i] -= rest[i];
      }
    }
    for (int i = 0; i < columns; i++) {
      first[i] += rest[i];
    }
    return first;
  }

  /**
   * Adds the rows behind another, which come after this one's.
   *
   * @throws IllegalArgumentException if it has other columns, or is this one itself
   */
  public void merge(Moments other) {
    endBlock();
    other.endBlock();
    scatter.merge(other.scatter);
    mergeMean(other.count, other.mean);
  }

  /**
   * The same of what another one's {@link #count}, {@link #meanBytes} and {@link #scatterBytes}
   * give, without a second scatter in memory.
   *
   * @throws IllegalArgumentException if the bytes are of other columns
   */
  public void merge(long otherCount, byte[] otherMean, byte[] otherScatter) {
    endBlock();
    if (otherMean.length != Double.BYTES * columns) {
      throw new IllegalArgumentException(
          "A mean of %d bytes for moments of %d columns".formatted(otherMean.length, columns));
    }
    scatter.addUpperTriangle(otherScatter);
    mergeMean(otherCount, doubles(otherMean));
  }

  private void mergeMean(long otherCount, double[] otherMean) {
    if (otherCount == 0) {
      return;
    }
    long total = count + otherCount;
    double weight = Math.sqrt((double) count * otherCount / total);
    double[] row = new double[columns];
    for (int i = 0; i < columns; i++) {
      double difference = otherMean[i] - mean[i];
      mean[i] += difference * ((double) otherCount / total);
      row[i] = weight * difference;
    }
    if (count > 0) {
      scatter.add(row, 1);
    }
    count = total;
  }

  /** Rows added. */
  public long count() {
    endBlock();
    return count;
  }

  /** A copy of the mean, zeros of no rows. */
  public double[] mean() {
    endBlock();
    return mean.clone();
  }

  /** The mean, little-endian float64. */
  public byte[] meanBytes() {
    endBlock();
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * columns).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(mean);
    return bytes.array();
  }

  /** Rows and columns [from, to) of the scatter. */
  public Matrix scatter(int rowFrom, int rowTo, int columnFrom, int columnTo) {
    endBlock();
    return scatter.block(rowFrom, rowTo, columnFrom, columnTo);
  }

  /** The scatter's upper triangle row by row, little-endian float64. */
  public byte[] scatterBytes() {
    endBlock();
    return scatter.upperTriangle();
  }
}
