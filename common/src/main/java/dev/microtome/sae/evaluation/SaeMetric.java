package dev.microtome.sae.evaluation;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The metrics of the table {@code sae_evaluation}, each with its exact definition. */
public enum SaeMetric {
  /** Tokens that reconstruction and features were measured on. */
  TOKENS(all -> all.features().tokens()),
  /** {@link Reconstruction#explainedVariance}. */
  EXPLAINED_VARIANCE(all -> all.reconstruction().explainedVariance()),
  /** {@link Reconstruction#meanSquaredError}. */
  MSE(all -> all.reconstruction().meanSquaredError()),
  /** {@link Reconstruction#meanCosine}. */
  COSINE_SIMILARITY(all -> all.reconstruction().meanCosine()),
  /** {@link Reconstruction#meanNormRatio}. */
  L2_RATIO(all -> all.reconstruction().meanNormRatio()),
  /** {@link FeatureStatistics#meanFeaturesPerToken}. */
  L0(all -> all.features().meanFeaturesPerToken()),
  /** {@link FeatureStatistics#meanSumPerToken}. */
  L1(all -> all.features().meanSumPerToken()),
  /** {@link FeatureStatistics#deadFraction}: of the metric {@code tokens}. */
  DEAD_FRACTION(all -> all.features().deadFraction()),
  /** {@link PredictionSums#lossClean}. */
  LOSS_CLEAN(all -> all.predictions().lossClean()),
  /** {@link PredictionSums#lossWithSae}. */
  LOSS_SAE(all -> all.predictions().lossWithSae()),
  /** {@link PredictionSums#lossZeroAblated}. */
  LOSS_ZERO(all -> all.predictions().lossZeroAblated()),
  /** {@link PredictionSums#lossRecovered}. */
  LOSS_RECOVERED(all -> all.predictions().lossRecovered()),
  /** {@link PredictionSums#divergenceWithSae}. */
  KL_SAE(all -> all.predictions().divergenceWithSae()),
  /** {@link PredictionSums#divergenceZeroAblated}. */
  KL_ZERO(all -> all.predictions().divergenceZeroAblated()),
  /** {@link PredictionSums#divergenceRecovered}. */
  KL_RECOVERED(all -> all.predictions().divergenceRecovered());

  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  private final ToDoubleFunction<SaeEvaluation> value;

  SaeMetric(ToDoubleFunction<SaeEvaluation> value) {
    this.value = value;
  }

  /** The name in the table, such as {@code explained_variance}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its value. */
  public double of(SaeEvaluation evaluation) {
    return value.applyAsDouble(evaluation);
  }
}
