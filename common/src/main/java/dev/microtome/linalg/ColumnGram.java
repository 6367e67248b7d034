package dev.microtome.linalg;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/**
 * Sums Xᵀ·X over blocks of X's rows, as symmetric rank-k updates: half the arithmetic of a matrix
 * product. Memory is 8·columns² bytes outside of the heap, where OpenBLAS works on it without a
 * copy. Blocks added or merged in another order, or cut elsewhere, change the last bits of the sum;
 * the same blocks in the same order give the same bits. Not thread-safe.
 */
public final class ColumnGram {
  /** Of a direct buffer, which holds at most 2³¹ − 1 bytes. */
  public static final int MAX_COLUMNS = 16_383;

  private final int columns;
  // Only the upper triangle is summed.
  private final DoubleBuffer sums;
  private DoubleBuffer staging;

  private ColumnGram(int columns) {
    this.columns = columns;
    sums = buffer(columns * columns);
    staging = buffer(0);
  }

  /**
   * A sum of nothing.
   *
   * @throws IllegalArgumentException if there are less than one or more than {@link #MAX_COLUMNS}
   *     columns
   */
  public static ColumnGram ofColumns(int columns) {
    if (columns < 1 || columns > MAX_COLUMNS) {
      throw new IllegalArgumentException(
          "Inner products of %d columns: expected 1 to %d".formatted(columns, MAX_COLUMNS));
    }
    return new ColumnGram(columns);
  }

  private static DoubleBuffer buffer(int doubles) {
    return ByteBuffer.allocateDirect(doubles * Double.BYTES)
        .order(ByteOrder.nativeOrder())
        .asDoubleBuffer();
  }

  public int columns() {
    return columns;
  }

  /**
   * Adds a block of rows.
   *
   * @param block row-major; what follows its first rows · columns numbers is not looked at
   */
  public void add(double[] block, int rows) {
    int length = Math.multiplyExact(rows, columns);
    if (rows == 0) {
      return;
    }
    if (staging.capacity() < length) {
      staging = buffer(length);
    }
    staging.put(0, block, 0, length);
    Blas.addColumnGram(staging, rows, columns, sums);
  }

  /**
   * Adds what another one has summed.
   *
   * @throws IllegalArgumentException if it is of another number of columns, or this one itself
   */
  public void merge(ColumnGram other) {
    if (other == this) {
      throw new IllegalArgumentException("Inner products cannot be merged with themselves");
    }
    if (other.columns != columns) {
      throw new IllegalArgumentException(
          "Inner products of %d columns, expected %d".formatted(other.columns, columns));
    }
    for (int row = 0; row < columns; row++) {
      addRow(row, other.upperRow(row));
    }
  }

  private void addRow(int row, double[] values) {
    int at = row * columns + row;
    double[] own = upperRow(row);
    for (int i = 0; i < own.length; i++) {
      own[i] += values[i];
    }
    sums.put(at, own);
  }

  /** Row of the upper triangle: from the diagonal on. */
  private double[] upperRow(int row) {
    double[] values = new double[columns - row];
    sums.get(row * columns + row, values);
    return values;
  }

  /** Xᵀ·X so far, both triangles: rows and columns [from, to) of it. */
  public Matrix block(int rowFrom, int rowTo, int columnFrom, int columnTo) {
    int width = columnTo - columnFrom;
    double[] values = new double[Math.multiplyExact(rowTo - rowFrom, width)];
    for (int row = 0; row < columns && row < Math.max(rowTo, columnTo); row++) {
      double[] upper = upperRow(row);
      for (int i = 0; i < upper.length; i++) {
        int column = row + i;
        if (rowFrom <= row && row < rowTo && columnFrom <= column && column < columnTo) {
          values[(row - rowFrom) * width + column - columnFrom] = upper[i];
        }
        if (rowFrom <= column && column < rowTo && columnFrom <= row && row < columnTo) {
          values[(column - rowFrom) * width + row - columnFrom] = upper[i];
        }
      }
    }
    return Matrix.of(rowTo - rowFrom, width, values);
  }

  /** The upper triangle row by row, little-endian float64: 4·columns·(columns + 1) bytes. */
  public byte[] upperTriangle() {
    ByteBuffer bytes = ByteBuffer.allocate(triangleBytes(columns)).order(ByteOrder.LITTLE_ENDIAN);
    DoubleBuffer values = bytes.asDoubleBuffer();
    for (int row = 0; row < columns; row++) {
      values.put(upperRow(row));
    }
    return bytes.array();
  }

  /**
   * Adds what {@link #upperTriangle} gave.
   *
   * @throws IllegalArgumentException if the bytes are those of another number of columns
   */
  public void addUpperTriangle(byte[] bytes) {
    if (bytes.length != triangleBytes(columns)) {
      throw new IllegalArgumentException(
          "%d bytes of inner products of %d columns, expected %d"
              .formatted(bytes.length, columns, triangleBytes(columns)));
    }
    DoubleBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    for (int row = 0; row < columns; row++) {
      double[] upper = new double[columns - row];
      values.get(upper);
      addRow(row, upper);
    }
  }

  private static int triangleBytes(int columns) {
    return Math.toIntExact(4L * columns * (columns + 1));
  }
}
