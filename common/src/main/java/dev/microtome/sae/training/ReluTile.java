package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import java.util.Arrays;

/**
 * A tile of rows with all their features and the loss's derivatives by these. Where few features
 * fire they are also a list, by row first and by feature later.
 */
final class ReluTile implements AutoCloseable {
  /**
   * Share of the features up to which they are worth a list: products of dense matrices take as
   * long at about a twelfth.
   */
  private static final double SPARSE = 0.06;

  /** What was encoded, [n, d]. */
  final NativeFloats inputs;

  /** f, [n, m]. */
  final NativeFloats features;

  /** x̂ without its bias and later x − x̂, [n, d]. */
  final NativeFloats errors;

  /** ∂L/∂h, [n, m]. */
  final NativeFloats gradients;

  final Tile sums;

  /** Rows in use. */
  int rows;

  /** By feature: rows that it fires on, Σf, and Σ∂L/∂h. */
  final int[] fires;

  final float[] values;
  final float[] slopes;

  /** The features above zero of row i are the entries from starts[i] to starts[i + 1]. */
  final int[] starts;

  final int[] entryFeatures;
  final float[] entryValues;
  final float[] entrySlopes;

  /** The same in the order of features: those of feature j from featureStarts[j] on. */
  final int[] featureStarts;

  final int[] rowsByFeature;
  final float[] valuesByFeature;
  final float[] slopesByFeature;

  /** Whether there was room for all entries. */
  boolean sparse;

  private int entries;

  ReluTile(int most, TopKShape shape) {
    inputs = new NativeFloats(most, shape.dIn());
    features = new NativeFloats(most, shape.dSae());
    errors = new NativeFloats(most, shape.dIn());
    gradients = new NativeFloats(most, shape.dSae());
    sums = new Tile(shape.dIn(), 1);
    fires = new int[shape.dSae()];
    values = new float[shape.dSae()];
    slopes = new float[shape.dSae()];
    int room = room(most, shape.dSae());
    starts = new int[most + 1];
    entryFeatures = new int[room];
    entryValues = new float[room];
    entrySlopes = new float[room];
    featureStarts = new int[shape.dSae() + 1];
    rowsByFeature = new int[room];
    valuesByFeature = new float[room];
    slopesByFeature = new float[room];
  }

  /** Entries that are worth a list. */
  static int room(long rows, int features) {
    return (int) (SPARSE * rows * features);
  }

  void clear(int newRows) {
    rows = newRows;
    sparse = true;
    entries = 0;
    sums.clear();
    Arrays.fill(fires, 0);
    Arrays.fill(values, 0);
    Arrays.fill(slopes, 0);
  }

  /** Lists the features of the next row, if there is room. */
  void list(int row, float[] f) {
    int most = entryFeatures.length;
    int next = entries;
    for (int j = 0; j < f.length && sparse; j++) {
      if (f[j] > 0) {
        if (next == most) {
          sparse = false;
        } else {
          entryFeatures[next] = j;
          entryValues[next++] = f[j];
        }
      }
    }
    entries = next;
    starts[row + 1] = next;
  }

  /** Brings the entries into the order of features, by counting sort. */
  void sortByFeature() {
    Arrays.fill(featureStarts, 0);
    for (int i = 0; i < entries; i++) {
      featureStarts[entryFeatures[i]]++;
    }
    int sum = 0;
    for (int j = 0; j < featureStarts.length; j++) {
      int count = featureStarts[j];
      featureStarts[j] = sum;
      sum += count;
    }
    for (int row = 0; row < rows; row++) {
      for (int i = starts[row]; i < starts[row + 1]; i++) {
        int at = featureStarts[entryFeatures[i]]++;
        rowsByFeature[at] = row;
        valuesByFeature[at] = entryValues[i];
        slopesByFeature[at] = entrySlopes[i];
      }
    }
    // Every start has moved to the next one's.
    System.arraycopy(featureStarts, 0, featureStarts, 1, featureStarts.length - 1);
    featureStarts[0] = 0;
  }

  @Override
  public void close() {
    inputs.close();
    features.close();
    errors.close();
    gradients.close();
  }
}
