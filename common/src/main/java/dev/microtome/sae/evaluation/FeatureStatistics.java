package dev.microtome.sae.evaluation;

import java.util.Arrays;

/**
 * How often and how strongly each feature fires. Kept are, for each feature, a count, a sum, a sum
 * of squares (float64) and the maximum, so that any split of the tokens merges to the whole: counts
 * and maxima exactly, sums but for rounding. Not thread-safe.
 */
public final class FeatureStatistics {
  private long tokens;
  private final long[] fires;
  private final double[] sums;
  private final double[] squares;
  private final float[] maxima;

  private FeatureStatistics(
      long tokens, long[] fires, double[] sums, double[] squares, float[] maxima) {
    this.tokens = tokens;
    this.fires = fires;
    this.sums = sums;
    this.squares = squares;
    this.maxima = maxima;
  }

  /** Statistics of so many features, before the first token. */
  public static FeatureStatistics ofFeatures(int features) {
    return new FeatureStatistics(
        0, new long[features], new double[features], new double[features], new float[features]);
  }

  static FeatureStatistics of(
      long tokens, long[] fires, double[] sums, double[] squares, float[] maxima) {
    return new FeatureStatistics(tokens, fires, sums, squares, maxima);
  }

  /** Adds tokens. */
  public void add(SparseFeatures rows) {
    tokens += rows.rows();
    for (int entry = rows.first(); entry < rows.last(); entry++) {
      int feature = rows.feature(entry);
      float value = rows.value(entry);
      fires[feature]++;
      sums[feature] += value;
      squares[feature] += (double) value * value;
      maxima[feature] = Math.max(maxima[feature], value);
    }
  }

  /**
   * Adds the tokens behind another.
   *
   * @throws IllegalArgumentException if it is of another number of features
   */
  public void merge(FeatureStatistics other) {
    if (other.features() != features()) {
      throw new IllegalArgumentException(
          "Statistics of %d features, expected %d".formatted(other.features(), features()));
    }
    tokens += other.tokens;
    for (int feature = 0; feature < fires.length; feature++) {
      fires[feature] += other.fires[feature];
      sums[feature] += other.sums[feature];
      squares[feature] += other.squares[feature];
      maxima[feature] = Math.max(maxima[feature], other.maxima[feature]);
    }
  }

  public int features() {
    return fires.length;
  }

  /** Tokens seen. */
  public long tokens() {
    return tokens;
  }

  /** Tokens on which a feature is above 0. */
  public long fires(int feature) {
    return fires[feature];
  }

  /** Share of the tokens on which a feature is above 0. */
  public double density(int feature) {
    return (double) fires[feature] / tokens;
  }

  /** Sum of a feature's values. */
  public double sum(int feature) {
    return sums[feature];
  }

  /** Sum of the squares of a feature's values. */
  double squares(int feature) {
    return squares[feature];
  }

  /** Mean over the tokens on which the feature fires; 0 if it never does. */
  public double meanActive(int feature) {
    return fires[feature] == 0 ? 0 : sums[feature] / fires[feature];
  }

  /** Largest value; 0 if the feature never fires. */
  public float maximum(int feature) {
    return maxima[feature];
  }

  /** Variance over all tokens, those without the feature included; over n. */
  public double variance(int feature) {
    double mean = sums[feature] / tokens;
    return Math.max(0, squares[feature] / tokens - mean * mean);
  }

  /** L0: features above 0 on a token, on average. */
  public double meanFeaturesPerToken() {
    return (double) Arrays.stream(fires).sum() / tokens;
  }

  /** L1: sum of the features on a token, on average. */
  public double meanSumPerToken() {
    return Arrays.stream(sums).sum() / tokens;
  }

  /** Share of the features that fire on none of {@link #tokens}. */
  public double deadFraction() {
    return (double) Arrays.stream(fires).filter(count -> count == 0).count() / fires.length;
  }

  byte[] packedFires() {
    return Packed.of(fires);
  }

  byte[] packedSums() {
    return Packed.of(sums);
  }

  byte[] packedSquares() {
    return Packed.of(squares);
  }

  float[] maxima() {
    return maxima.clone();
  }
}
