package dev.microtome.sae.evaluation;

import java.util.Arrays;

/**
 * The k largest values of each feature, one a sequence. Merges over any split of the sequences to
 * exactly the whole. Not thread-safe.
 */
final class LargestActivations {
  private final int k;
  private final float[] values; // [features, k], ascending in each row, 0 where there are fewer

  private LargestActivations(int k, float[] values) {
    this.k = k;
    this.values = values;
  }

  static LargestActivations of(int features, int k) {
    return new LargestActivations(k, new float[features * k]);
  }

  static LargestActivations of(int k, float[] values) {
    return new LargestActivations(k, values.clone());
  }

  void add(int feature, float value) {
    int first = feature * k;
    if (value <= values[first]) {
      return;
    }
    int place = first;
    while (place + 1 < first + k && values[place + 1] < value) {
      values[place] = values[place + 1];
      place++;
    }
    values[place] = value;
  }

  void merge(LargestActivations other) {
    if (other.k != k || other.values.length != values.length) {
      throw new IllegalArgumentException(
          "The %d largest of %d features, expected the %d largest of %d"
              .formatted(other.k, other.values.length / other.k, k, values.length / k));
    }
    for (int i = 0; i < values.length; i++) {
      add(i / k, other.values[i]);
    }
  }

  /** The smallest of the k; 0 where a feature fires in fewer sequences. */
  float[] thresholds() {
    float[] thresholds = new float[values.length / k];
    for (int feature = 0; feature < thresholds.length; feature++) {
      thresholds[feature] = values[feature * k];
    }
    return thresholds;
  }

  float[] values() {
    return Arrays.copyOf(values, values.length);
  }
}
