package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import java.util.Arrays;

/**
 * A tile of rows with all their features and the loss's derivatives by pre-activations. Where few
 * features fire they are also a list, by row first and by feature later. What is special to a kind
 * of ReLU is its {@link Gates}' part.
 */
abstract class ReluTile implements AutoCloseable {
  /**
   * Share of the features up to which they are worth a list: products of dense matrices take as
   * long at about a twelfth.
   */
  private static final double SPARSE = 0.06;

  /** What was encoded, [n, d_in]. */
  final NativeFloats inputs;

  /** f, [n, m]. */
  final NativeFloats features;

  /** ŷ without its bias and later t − ŷ, [n, d_out]. */
  final NativeFloats errors;

  /** ∂L/∂h, [n, m]. */
  final NativeFloats gradients;

  final Tile sums;

  /** Rows in use. */
  int rows;

  /** By feature: rows that it fires on, and Σ∂L/∂h. */
  final int[] fires;

  final float[] slopes;

  /** The entries of row i are those from starts[i] to starts[i + 1]. */
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
  private int room;

  ReluTile(int most, TopKShape shape) {
    inputs = new NativeFloats(most, shape.dIn());
    features = new NativeFloats(most, shape.dSae());
    errors = new NativeFloats(most, shape.dOut());
    gradients = new NativeFloats(most, shape.dSae());
    sums = new Tile(shape.dOut(), 1);
    fires = new int[shape.dSae()];
    slopes = new float[shape.dSae()];
    int list = room(most, shape.dSae());
    starts = new int[most + 1];
    entryFeatures = new int[list];
    entryValues = new float[list];
    entrySlopes = new float[list];
    featureStarts = new int[shape.dSae() + 1];
    rowsByFeature = new int[list];
    valuesByFeature = new float[list];
    slopesByFeature = new float[list];
  }

  /** Entries that are worth a list. */
  static int room(long rows, int features) {
    return (int) (SPARSE * rows * features);
  }

  void clear(int newRows) {
    rows = newRows;
    sparse = true;
    entries = 0;
    room = entryFeatures.length;
    sums.clear();
    Arrays.fill(fires, 0);
    Arrays.fill(slopes, 0);
  }

  /** Makes features of the next row's pre-activations without a bias, counts and lists them. */
  abstract void open(int row, float[] h);

  /**
   * Makes slopes of a row's entries, where these are listed.
   *
   * @param remainder e, of no use afterwards
   */
  abstract void answer(int row, Remainder remainder);

  /** Rebuilds from what else than the features there is, where these are not listed. */
  void rebuild(NativeFloats decoder, float[] products) {}

  /**
   * Makes slopes of a row's features, where these are not listed.
   *
   * @param g e·W_decᵀ, and afterwards ∂L/∂h
   */
  abstract void answer(int row, float[] f, float[] g);

  /** Adds its own sums to those of the batch, for features from one to another. */
  abstract void addTo(int from, int to);

  /** Lists what is above zero of the next row, if there is room. */
  final void list(int row, float[] f) {
    int next = entries;
    for (int j = 0; j < f.length && sparse; j++) {
      if (f[j] > 0) {
        if (next == room) {
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

  /** Takes room for what is looked at one by one without being listed. */
  final void spend(int count) {
    room -= count;
    sparse &= entries <= room;
  }

  /** Brings the entries into the order of features, by counting sort. */
  final void sortByFeature() {
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
