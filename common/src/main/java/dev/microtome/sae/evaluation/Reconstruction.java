package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;

/**
 * How well activations x are rebuilt as x̂, over all tokens: never as a mean of batches' ratios.
 * Sums are float64; means of parts merge by the update of Chan, Golub and LeVeque (1979), so that
 * any split of the tokens merges to the whole but for rounding. Not thread-safe.
 */
public final class Reconstruction {
  private long tokens;
  private double squaredError;
  private double squaredDeviation;
  private double cosines;
  private double ratios;
  private final double[] mean;

  private Reconstruction(int width) {
    mean = new double[width];
  }

  /** Of activations of that width, before the first token. */
  public static Reconstruction ofWidth(int width) {
    return new Reconstruction(width);
  }

  static Reconstruction of(long tokens, double[] sums, double[] mean) {
    Reconstruction all = new Reconstruction(mean.length);
    all.merge(tokens, sums, mean);
    return all;
  }

  /**
   * Adds tokens.
   *
   * @param x [n, width], what is to be rebuilt
   * @param rebuilt of the same shape
   */
  public void add(NDArray x, NDArray rebuilt) {
    EvaluationKernels.Moments moments = EvaluationKernels.moments(x, rebuilt);
    merge(x.getShape().get(0), moments.sums(), moments.mean());
  }

  /** Adds the tokens behind another of the same width. */
  public void merge(Reconstruction other) {
    merge(other.tokens, other.sums(), other.mean);
  }

  private void merge(long count, double[] sums, double[] otherMean) {
    if (otherMean.length != mean.length) {
      throw new IllegalArgumentException(
          "Reconstruction of width %d, expected %d".formatted(otherMean.length, mean.length));
    }
    if (count == 0) {
      return;
    }
    long total = tokens + count;
    double between = 0;
    for (int i = 0; i < mean.length; i++) {
      double difference = otherMean[i] - mean[i];
      between += difference * difference;
      mean[i] += difference * ((double) count / total);
    }
    squaredError += sums[0];
    squaredDeviation += sums[1] + between * ((double) tokens * count / total);
    cosines += sums[2];
    ratios += sums[3];
    tokens = total;
  }

  public long tokens() {
    return tokens;
  }

  /** 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖² over all tokens, x̄ their mean; −∞ if x never varies. */
  public double explainedVariance() {
    return 1 - squaredError / squaredDeviation;
  }

  /** ‖x − x̂‖², the mean over tokens of the sum over the width, as in the training loss. */
  public double meanSquaredError() {
    return squaredError / tokens;
  }

  /** Cosine of x and x̂, the mean over tokens; 0 where one of them is 0. */
  public double meanCosine() {
    return cosines / tokens;
  }

  /** ‖x̂‖ / ‖x‖, the mean over tokens: below 1 where features shrink. */
  public double meanNormRatio() {
    return ratios / tokens;
  }

  double[] sums() {
    return new double[] {squaredError, squaredDeviation, cosines, ratios};
  }

  double[] mean() {
    return mean.clone();
  }
}
