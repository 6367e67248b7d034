package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.stats.Moments;

/**
 * Activations [n, d] outside of the heap, float32 as they are stored or float64: what probes are
 * fitted to and applied to. Immutable; to be closed.
 */
public final class ProbeRows implements AutoCloseable {
  private final NDManager memory;
  private final NDArray x;

  private ProbeRows(NDManager memory, NDArray x) {
    this.memory = memory;
    this.x = x;
  }

  /** Rows in float64. */
  public static ProbeRows of(Matrix rows) {
    NDManager memory = manager();
    return new ProbeRows(
        memory, memory.create(rows.toArray(), new Shape(rows.rows(), rows.columns())));
  }

  /**
   * Rows in float32.
   *
   * @param values row after row
   * @throws IllegalArgumentException if they do not make whole rows
   */
  public static ProbeRows ofFloats(float[] values, int columns) {
    if (columns < 1 || values.length % columns != 0) {
      throw new IllegalArgumentException(
          "%d numbers for rows of %d".formatted(values.length, columns));
    }
    NDManager memory = manager();
    return new ProbeRows(
        memory, memory.create(values, new Shape(values.length / columns, columns)));
  }

  private static NDManager manager() {
    return NDManager.newBaseManager("PyTorch");
  }

  /** n. */
  public int rows() {
    return Math.toIntExact(x.getShape().get(0));
  }

  /** d. */
  public int columns() {
    return Math.toIntExact(x.getShape().get(1));
  }

  /** A copy of chosen rows, in the order of the indices. */
  public ProbeRows select(int[] rows) {
    NDManager memory = manager();
    try (NDArray index = memory.create(rows);
        NDArray wide = index.toType(DataType.INT64, false)) {
      return new ProbeRows(memory, ProbeKernels.select(memory, x, wide));
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /**
   * x − (x − bias)·rightᵀ·leftᵀ in float64: without what a projection removes.
   *
   * @param removed left·right [d, d]
   * @param bias [d]
   */
  public ProbeRows without(FactoredMatrix removed, double[] bias) {
    if (removed.rows() != columns() || removed.columns() != columns()) {
      throw new IllegalArgumentException(
          "A projection of %d × %d for activations of %d numbers"
              .formatted(removed.rows(), removed.columns(), columns()));
    }
    NDManager memory = manager();
    try (NDManager scope = memory.newSubManager()) {
      return new ProbeRows(
          memory,
          ProbeKernels.without(
              memory,
              x,
              array(scope, removed.left()),
              array(scope, removed.right()),
              scope.create(bias)));
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** All numbers, in float64. */
  public Matrix matrix() {
    return rows(0, rows());
  }

  /**
   * Moments of rows followed by targets.
   *
   * @param z [n, k]
   */
  public Moments moments(Matrix z) {
    if (z.rows() != rows()) {
      throw new IllegalArgumentException(
          "%d label rows for %d activation rows".formatted(z.rows(), rows()));
    }
    Moments moments = Moments.ofColumns(columns() + z.columns());
    int piece = ProbeKernels.rowsAtOnce(x);
    for (int start = 0; start < rows(); start += piece) {
      Matrix values = rows(start, Math.min(rows(), start + piece));
      for (int row = 0; row < values.rows(); row++) {
        moments.add(values.row(row), z.row(start + row));
      }
    }
    return moments;
  }

  /** Rows from (inclusive) to (exclusive), in float64. */
  private Matrix rows(int from, int to) {
    try (NDArray part = x.get(new NDIndex("{}:{}", from, to));
        NDArray wide = part.toType(DataType.FLOAT64, true)) {
      return Matrix.of(to - from, columns(), wide.toDoubleArray());
    }
  }

  /**
   * Mean of ‖x − y‖² over the rows.
   *
   * @param other y [n, d]
   */
  double meanSquaredDistance(ProbeRows other) {
    return ProbeKernels.squaredDistance(memory, x, other.x) / rows();
  }

  NDArray array() {
    return x;
  }

  static NDArray array(NDManager manager, Matrix matrix) {
    return manager.create(matrix.toArray(), new Shape(matrix.rows(), matrix.columns()));
  }

  static Matrix matrix(NDArray array) {
    return Matrix.of(
        Math.toIntExact(array.getShape().get(0)),
        Math.toIntExact(array.getShape().get(1)),
        array.toDoubleArray());
  }

  @Override
  public void close() {
    memory.close();
  }

  @Override
  public String toString() {
    return "ProbeRows[%d × %d]".formatted(rows(), columns());
  }
}
