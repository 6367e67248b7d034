package dev.microtome.linalg;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A matrix of float32 in native memory, row-major, for products by OpenBLAS without copies of whole
 * arrays: rows are copied in and out. Different rows may be used by different threads at once.
 */
public final class NativeFloats implements AutoCloseable {
  private final int rows;
  private final int columns;
  private final FloatPointer memory;
  private final FloatBuffer view;

  /**
   * A matrix of zeros.
   *
   * @throws IllegalArgumentException if it has 2²⁹ elements or more
   */
  public NativeFloats(int rows, int columns) {
    long size = (long) rows * columns;
    if (rows < 1 || columns < 1 || size > Integer.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          "%d × %d floats, expected 1 to %d"
              .formatted(rows, columns, Integer.MAX_VALUE / Float.BYTES));
    }
    this.rows = rows;
    this.columns = columns;
    memory = new FloatPointer(size);
    FloatPointer.memset(memory, 0, size * Float.BYTES);
    view = memory.asBuffer();
  }

  /** Sets a row. */
  public void set(int row, float[] values) {
    view.put(row * columns, values, 0, columns);
  }

  /** Copies a row out. */
  public void copy(int row, float[] values) {
    view.get(row * columns, values, 0, columns);
  }

  /**
   * Becomes a·bᵀ, on the calling thread alone. The bits of a row hang on its values, b and the
   * number of rows.
   *
   * @param a [rows, inner]
   * @param b [columns, inner]
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public void setProductTransposed(NativeFloats a, NativeFloats b) {
    if (a.rows != rows || b.rows != columns || a.columns != b.columns) {
      throw new IllegalArgumentException(
          "[%d, %d] · [%d, %d]ᵀ is not [%d, %d]"
              .formatted(a.rows, a.columns, b.rows, b.columns, rows, columns));
    }
    Blas.multiplyTransposed(rows, columns, a.columns, a.memory, b.memory, memory);
  }

  /**
   * Becomes a·b, on the calling thread alone.
   *
   * @param a [rows, inner]
   * @param b [inner, columns]
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public void setProduct(NativeFloats a, NativeFloats b) {
    if (a.rows != rows || b.columns != columns || a.columns != b.rows) {
      throw new IllegalArgumentException(
          "[%d, %d] · [%d, %d] is not [%d, %d]"
              .formatted(a.rows, a.columns, b.rows, b.columns, rows, columns));
    }
    Blas.multiply(rows, columns, a.columns, a.memory, b.memory, memory);
  }

  /**
   * Adds some rows of aᵀ·b to those of the same places, on the calling thread alone.
   *
   * @param a [inner or more, rows]
   * @param b [inner or more, columns]
   * @param inner rows of a and b that count
   * @param from the first row
   * @param to after the last row
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public void addTransposedProduct(NativeFloats a, NativeFloats b, int inner, int from, int to) {
    if (a.columns != rows || b.columns != columns || inner > Math.min(a.rows, b.rows)) {
      throw new IllegalArgumentException(
          "[%d, %d]ᵀ · [%d, %d] over %d rows is not [%d, %d]"
              .formatted(a.rows, a.columns, b.rows, b.columns, inner, rows, columns));
    }
    Blas.addTransposed(
        to - from,
        columns,
        inner,
        new FloatPointer(a.memory).position(from),
        a.columns,
        b.memory,
        new FloatPointer(memory).position((long) from * columns));
  }

  /**
   * Sets rows to 0.
   *
   * @param from the first one
   * @param to after the last one
   */
  public void clear(int from, int to) {
    float[] zeros = new float[columns];
    for (int row = from; row < to; row++) {
      set(row, zeros);
    }
  }

  /** A way to the rows for one thread. */
  public Cursor cursor() {
    return new Cursor(this);
  }

  @Override
  public void close() {
    memory.close();
  }

  /** Sums over a matrix's rows, a row at a time. One thread's. */
  public static final class Cursor {
    private final int columns;
    private final FloatPointer at;

    private Cursor(NativeFloats matrix) {
      columns = matrix.columns;
      at = new FloatPointer(matrix.memory);
    }

    /** Adds factor · a row to the first row of {@code sum}. */
    public void add(int row, float factor, NativeFloats sum) {
      Blas.add(columns, factor, at.position((long) row * columns), sum.memory);
    }

    /** Adds factor · a row to a row of {@code sum}, which is one thread's as well. */
    public void add(int row, float factor, Cursor sum, int sumRow) {
      Blas.add(
          columns,
          factor,
          at.position((long) row * columns),
          sum.at.position((long) sumRow * columns));
    }

    /** The product of a row with the first row of {@code vector}. */
    public float dot(int row, NativeFloats vector) {
      return Blas.dot(columns, at.position((long) row * columns), vector.memory);
    }
  }
}
