package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * The entries of {@link SparseCodes} in the order of their features, a feature's rows ascending:
 * what turns scattered updates of rows of weights into a few sums of rows each. By counting sort.
 */
final class ByFeature {
  private final int[] starts;
  private int[] rows = new int[0];
  private float[] activations = new float[0];
  private float[] gradients = new float[0];

  ByFeature(int features) {
    starts = new int[features + 1];
  }

  /**
   * Sorts the entries.
   *
   * @param slopes of the entries: the loss's derivatives by their values, before {@code factor}
   * @param factor of activations and slopes alike
   */
  void sort(SparseCodes codes, int many, float[] slopes, float factor) {
    int[] indices = codes.indices();
    float[] values = codes.values();
    if (rows.length < indices.length) {
      rows = new int[indices.length];
      activations = new float[indices.length];
      gradients = new float[indices.length];
    }
    Arrays.fill(starts, 0);
    for (int row = 0; row < many; row++) {
      int end = codes.to(row);
      for (int i = codes.from(row); i < end; i++) {
        starts[indices[i]]++;
      }
    }
    int sum = 0;
    for (int feature = 0; feature < starts.length; feature++) {
      int count = starts[feature];
      starts[feature] = sum;
      sum += count;
    }
    for (int row = 0; row < many; row++) {
      int end = codes.to(row);
      for (int i = codes.from(row); i < end; i++) {
        int at = starts[indices[i]]++;
        rows[at] = row;
        activations[at] = factor * values[i];
        gradients[at] = factor * slopes[i];
      }
    }
    // Every start has moved to the next one's.
    System.arraycopy(starts, 0, starts, 1, starts.length - 1);
    starts[0] = 0;
  }

  /** Whether a feature has an entry. */
  boolean has(int feature) {
    return starts[feature] < starts[feature + 1];
  }

  /** Adds to a sum, for each entry of a feature, its activation times the vector of its row. */
  void addActivations(int feature, float[][] vectors, float[] sum) {
    Rows.addScaled(sum, vectors, rows, activations, starts[feature], starts[feature + 1]);
  }

  /** The same by its slope; gives the sum of those. */
  float addGradients(int feature, float[][] vectors, float[] sum) {
    int from = starts[feature];
    int to = starts[feature + 1];
    Rows.addScaled(sum, vectors, rows, gradients, from, to);
    float slopes = 0;
    for (int i = from; i < to; i++) {
      slopes += gradients[i];
    }
    return slopes;
  }
}
