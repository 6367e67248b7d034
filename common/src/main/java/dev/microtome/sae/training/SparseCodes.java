package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * Features of rows and their values, those of a row side by side and ascending by feature. With
 * {@link Selection#ROW} a row has room for k; of which fewer than k pre-activations are above zero,
 * it ends with entries of index −1 and value 0, and rows may be filled by different threads at
 * will. With {@link Selection#BATCH} a row has room for what it has.
 */
public final class SparseCodes {
  /** The index of an entry that is not there. */
  public static final int NONE = -1;

  private final int rows;
  private final int[] starts;
  private final int[] indices;
  private final float[] values;
  private final int[] counts;

  private SparseCodes(int rows, int entries) {
    this.rows = rows;
    starts = new int[rows + 1];
    indices = new int[entries];
    values = new float[entries];
    counts = new int[rows];
    Arrays.fill(indices, NONE);
  }

  /** Room for k entries of each row. */
  static SparseCodes ofRows(int rows, int k) {
    SparseCodes codes = new SparseCodes(rows, Math.multiplyExact(rows, k));
    Arrays.setAll(codes.starts, row -> row * k);
    return codes;
  }

  /** Room for entries of all rows together, to be shared out by {@link #layOut}. */
  static SparseCodes ofBatch(int rows, int entries) {
    return new SparseCodes(rows, entries);
  }

  public int rows() {
    return rows;
  }

  /** Features of a row that are above zero. */
  public int count(int row) {
    return counts[row];
  }

  /** A row's feature, or {@link #NONE}. */
  public int index(int row, int entry) {
    return indices[starts[row] + entry];
  }

  /** A row's value, 0 where there is none. */
  public float value(int row, int entry) {
    return values[starts[row] + entry];
  }

  /** Where a row's entries begin. */
  int from(int row) {
    return starts[row];
  }

  /** Where a row's entries above zero end. */
  int to(int row) {
    return starts[row] + counts[row];
  }

  /** All rows' features: not a copy. */
  int[] indices() {
    return indices;
  }

  /** All rows' values: not a copy. */
  float[] values() {
    return values;
  }

  /** The smallest value above zero; infinite if there is none. */
  float smallest() {
    float smallest = Float.POSITIVE_INFINITY;
    for (int row = 0; row < rows; row++) {
      for (int i = starts[row]; i < starts[row] + counts[row]; i++) {
        smallest = Math.min(smallest, values[i]);
      }
    }
    return smallest;
  }

  /** Says how many entries a row has, and empties the rest of its room. */
  void close(int row, int count) {
    counts[row] = count;
    Arrays.fill(indices, starts[row] + count, starts[row + 1], NONE);
    Arrays.fill(values, starts[row] + count, starts[row + 1], 0);
  }

  /** Gives each row the room that it needs, one behind the other. */
  void layOut(int[] newCounts) {
    for (int row = 0; row < rows; row++) {
      counts[row] = newCounts[row];
      starts[row + 1] = starts[row] + counts[row];
    }
  }
}
