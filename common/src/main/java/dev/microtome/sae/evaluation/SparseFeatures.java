package dev.microtome.sae.evaluation;

import java.util.Arrays;

/**
 * Features of tokens, those above 0 alone: few of thousands in each row, in the order of the
 * features.
 */
public final class SparseFeatures {
  private final int[] starts; // [rows + 1]
  private final int[] features;
  private final float[] values;

  /**
   * Takes arrays over.
   *
   * @param counts features of each row
   * @param features indices, row after row, ascending in each
   * @param values above 0
   */
  SparseFeatures(int[] counts, int[] features, float[] values) {
    starts = new int[counts.length + 1];
    for (int row = 0; row < counts.length; row++) {
      starts[row + 1] = starts[row] + counts[row];
    }
    if (starts[counts.length] != features.length || features.length != values.length) {
      throw new IllegalArgumentException(
          "%d features and %d values, expected %d"
              .formatted(features.length, values.length, starts[counts.length]));
    }
    this.features = features;
    this.values = values;
  }

  private SparseFeatures(SparseFeatures whole, int from, int to) {
    starts = Arrays.copyOfRange(whole.starts, from, to + 1);
    features = whole.features;
    values = whole.values;
  }

  /** Rows from (inclusive) to (exclusive); no values are copied. */
  public SparseFeatures rows(int from, int to) {
    return new SparseFeatures(this, from, to);
  }

  /** Those of a dense array that are above 0. */
  public static SparseFeatures of(float[]... rows) {
    int[] counts = new int[rows.length];
    int count = 0;
    int[] features = new int[Arrays.stream(rows).mapToInt(row -> row.length).sum()];
    float[] values = new float[features.length];
    for (int row = 0; row < rows.length; row++) {
      for (int feature = 0; feature < rows[row].length; feature++) {
        if (rows[row][feature] > 0) {
          features[count] = feature;
          values[count++] = rows[row][feature];
          counts[row]++;
        }
      }
    }
    return new SparseFeatures(counts, Arrays.copyOf(features, count), Arrays.copyOf(values, count));
  }

  /** Tokens. */
  public int rows() {
    return starts.length - 1;
  }

  /** First entry of all rows. */
  int first() {
    return starts[0];
  }

  /** One past the last entry of all rows. */
  int last() {
    return starts[starts.length - 1];
  }

  /** First entry of a row; a row's entries end where those of the next begin. */
  public int start(int row) {
    return starts[row];
  }

  /** One past the last entry of a row. */
  public int end(int row) {
    return starts[row + 1];
  }

  /** Which feature an entry is of. */
  public int feature(int entry) {
    return features[entry];
  }

  /** Value of an entry, above 0. */
  public float value(int entry) {
    return values[entry];
  }

  /** A feature's value in a row; 0 where it does not fire. */
  public float at(int row, int feature) {
    int entry = Arrays.binarySearch(features, starts[row], starts[row + 1], feature);
    return entry < 0 ? 0 : values[entry];
  }

  /** Indices of the features that fire in a row. */
  public int[] features(int row) {
    return Arrays.copyOfRange(features, starts[row], starts[row + 1]);
  }

  /** Their values. */
  public float[] values(int row) {
    return Arrays.copyOfRange(values, starts[row], starts[row + 1]);
  }
}
