package dev.microtome.sae.evaluation;

import java.io.Serializable;

/** The largest value of each feature, and from which value on a sequence is a top example. */
public final class FeatureRange implements Serializable {
  private static final long serialVersionUID = 1;

  private final float[] maxima;
  private final float[] thresholds;

  FeatureRange(float[] maxima, float[] thresholds) {
    this.maxima = maxima;
    this.thresholds = thresholds;
  }

  int features() {
    return maxima.length;
  }

  float maximum(int feature) {
    return maxima[feature];
  }

  float threshold(int feature) {
    return thresholds[feature];
  }

  /**
   * Which of equally wide intervals of (0, maximum] a value of a feature is in, the upper ones
   * closed below.
   */
  int interval(int feature, float value, int intervals) {
    return Math.min(intervals - 1, (int) (intervals * (double) value / maxima[feature]));
  }
}
