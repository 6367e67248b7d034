package dev.microtome.sae.evaluation;

import dev.microtome.model.PredictionChange;

/**
 * What a model's next-token predictions lose when an activation is replaced by its reconstruction,
 * beside the unchanged model and beside the activation set to zero. Ratios are of means over all
 * tokens. Sums are float64 and merge but for rounding. Not thread-safe.
 */
public final class PredictionSums {
  private long tokens;
  private final double[] sums = new double[5];

  /** The five numbers, each a mean over tokens in nats. */
  private enum Sum {
    LOSS_CLEAN,
    LOSS_SAE,
    LOSS_ZERO,
    KL_SAE,
    KL_ZERO
  }

  static PredictionSums of(long tokens, double[] sums) {
    PredictionSums all = new PredictionSums();
    all.merge(tokens, sums);
    return all;
  }

  /**
   * Adds the predictions of some sequences.
   *
   * @param clean of the unchanged model
   * @param rebuilt with the reconstruction in place
   * @param zeroed with zeros in place
   */
  public void add(PredictionChange clean, PredictionChange rebuilt, PredictionChange zeroed) {
    merge(
        clean.count(),
        new double[] {
          clean.lossSum(),
          rebuilt.lossSum(),
          zeroed.lossSum(),
          rebuilt.divergenceSum(),
          zeroed.divergenceSum()
        });
  }

  /** Adds the predictions behind another. */
  public void merge(PredictionSums other) {
    merge(other.tokens, other.sums);
  }

  private void merge(long count, double[] others) {
    tokens += count;
    for (int i = 0; i < sums.length; i++) {
      sums[i] += others[i];
    }
  }

  /** Predictions: one less for each sequence than it has tokens. */
  public long tokens() {
    return tokens;
  }

  public double lossClean() {
    return mean(Sum.LOSS_CLEAN);
  }

  public double lossWithSae() {
    return mean(Sum.LOSS_SAE);
  }

  public double lossZeroAblated() {
    return mean(Sum.LOSS_ZERO);
  }

  /** KL(unchanged ‖ with the reconstruction). */
  public double divergenceWithSae() {
    return mean(Sum.KL_SAE);
  }

  /** KL(unchanged ‖ with zeros). */
  public double divergenceZeroAblated() {
    return mean(Sum.KL_ZERO);
  }

  /** (L_zero − L_sae) / (L_zero − L_clean): 1 where nothing is lost, 0 where zeros do as well. */
  public double lossRecovered() {
    return (lossZeroAblated() - lossWithSae()) / (lossZeroAblated() - lossClean());
  }

  /** (KL_zero − KL_sae) / KL_zero. */
  public double divergenceRecovered() {
    return (divergenceZeroAblated() - divergenceWithSae()) / divergenceZeroAblated();
  }

  @SuppressWarnings("EnumOrdinal") // the place of a sum in the array, which tables keep
  private double mean(Sum sum) {
    return sums[sum.ordinal()] / tokens;
  }

  double[] sums() {
    return sums.clone();
  }
}
