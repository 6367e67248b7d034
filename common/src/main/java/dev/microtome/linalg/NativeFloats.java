package dev.microtome.linalg;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A matrix of float32 in native memory, row-major, for products by OpenBLAS without copies of
 * whole arrays: rows are copied in and out. Different rows may be used by different threads at
 * once.
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

  /** Sets the beginning of the first row. */
  public void set(float[] values, int from, int count) {
    view.put(0, values, from, count);
  }

  /** Copies the beginning of the first row out. */
  public void copy(float[] values, int from, int count) {
    view.get(0, values, from, count);
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

  /** Becomes, as one row, the products of the first rows of a matrix with the first row of x. */
  public void setProducts(NativeFloats a, int count, NativeFloats x) {
    Blas.multiply(count, a.columns, a.memory, x.memory, memory);
  }

  /** The first row becomes Σ x_i·a_i − itself, of the first rows a_i of a matrix. */
  public void subtractFromCombination(NativeFloats a, int count, NativeFloats x) {
    Blas.addTransposed(count, a.columns, a.memory, x.memory, -1, memory);
  }

  @Override
  public void close() {
    memory.close();
  }
}
