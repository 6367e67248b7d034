package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * What an encoder that keeps k features a row gives: indices [n, k] and values [n, k]. The entries
 * of a row ascend by feature. A row of which fewer than k pre-activations are above zero ends with
 * entries of index −1 and value 0. Filled row by row, rows by different threads at will.
 */
public final class SparseCodes {
  /** The index of an entry that is not there. */
  public static final int NONE = -1;

  private final int rows;
  private final int k;
  private final int[] indices;
  private final float[] values;
  private final int[] counts;

  SparseCodes(int rows, int k) {
    this.rows = rows;
    this.k = k;
    indices = new int[Math.multiplyExact(rows, k)];
    values = new float[indices.length];
    counts = new int[rows];
    Arrays.fill(indices, NONE);
  }

  public int rows() {
    return rows;
  }

  /** Entries of a row. */
  public int k() {
    return k;
  }

  /** Features of a row that are above zero. */
  public int count(int row) {
    return counts[row];
  }

  /** A row's feature, or {@link #NONE}. */
  public int index(int row, int entry) {
    return indices[row * k + entry];
  }

  /** A row's value, 0 from {@link #count} on. */
  public float value(int row, int entry) {
    return values[row * k + entry];
  }

  /** All rows' features, [n, k]: not a copy. */
  int[] indices() {
    return indices;
  }

  /** All rows' values, [n, k]: not a copy. */
  float[] values() {
    return values;
  }

  /** Says how many entries a row has, and empties the rest. */
  void close(int row, int count) {
    counts[row] = count;
    Arrays.fill(indices, row * k + count, (row + 1) * k, NONE);
    Arrays.fill(values, row * k + count, (row + 1) * k, 0);
  }
}
