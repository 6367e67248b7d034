package dev.microtome.sae.training;

/**
 * The thresholds of a JumpReLU while their logarithms are trained.
 *
 * @param values θ
 * @param window from where on a pre-activation below its θ is within the window; infinite where the
 *     feature is low ({@link JumpReluTile})
 * @param half of the bandwidth
 */
@SuppressWarnings("ArrayRecordComponent") // set in place, one owner
record Thresholds(float[] values, float[] window, float half) {
  Thresholds(int features, double bandwidth) {
    this(new float[features], new float[features], (float) (bandwidth / 2));
  }

  void set(float[] logarithms) {
    for (int j = 0; j < values.length; j++) {
      values[j] = (float) Math.exp(logarithms[j]);
      window[j] = values[j] < half ? Float.POSITIVE_INFINITY : values[j] - half;
    }
  }

  boolean isLow(int feature) {
    return window[feature] == Float.POSITIVE_INFINITY;
  }

  /** What an open feature adds to the number of those within its window. */
  int countOfOpen(int feature, float f) {
    int near = f - values[feature] < half ? 1 : 0;
    return isLow(feature) ? near - 1 : near;
  }
}
