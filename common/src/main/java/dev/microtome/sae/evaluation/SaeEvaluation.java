package dev.microtome.sae.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * All that is summed up over tokens to evaluate one SAE: how it rebuilds activations, how often its
 * features fire, what predictions lose. Merges over any split of the sequences. Not thread-safe.
 */
public final class SaeEvaluation {
  private final Reconstruction reconstruction;
  private final FeatureStatistics features;
  private final PredictionSums predictions;

  private SaeEvaluation(
      Reconstruction reconstruction, FeatureStatistics features, PredictionSums predictions) {
    this.reconstruction = reconstruction;
    this.features = features;
    this.predictions = predictions;
  }

  /** Before the first token. */
  public static SaeEvaluation of(int dOut, int features) {
    return new SaeEvaluation(
        Reconstruction.ofWidth(dOut), FeatureStatistics.ofFeatures(features), new PredictionSums());
  }

  static SaeEvaluation of(EvaluationSumsRow row) {
    return new SaeEvaluation(
        Reconstruction.of(
            row.tokens(),
            Packed.doubles(row.reconstructionSums()),
            Packed.doubles(row.activationMean())),
        FeatureStatistics.of(
            row.tokens(),
            Packed.longs(row.fires()),
            Packed.doubles(row.sums()),
            Packed.doubles(row.squares()),
            row.maxima()),
        PredictionSums.of(row.predictions(), Packed.doubles(row.predictionSums())));
  }

  /** Adds the tokens behind another. */
  public void merge(SaeEvaluation other) {
    reconstruction.merge(other.reconstruction);
    features.merge(other.features);
    predictions.merge(other.predictions);
  }

  public Reconstruction reconstruction() {
    return reconstruction;
  }

  public FeatureStatistics features() {
    return features;
  }

  public PredictionSums predictions() {
    return predictions;
  }

  /** The sums, as parts of a run pass them on. */
  public EvaluationSumsRow sums(String sae) {
    return new EvaluationSumsRow(
        sae,
        features.tokens(),
        Packed.of(reconstruction.sums()),
        Packed.of(reconstruction.mean()),
        features.packedFires(),
        features.packedSums(),
        features.packedSquares(),
        features.maxima(),
        predictions.tokens(),
        Packed.of(predictions.sums()));
  }

  /** What the table says, metric by metric. */
  public List<SaeEvaluationRow> rows(EvaluatedSae sae) {
    List<SaeEvaluationRow> rows = new ArrayList<>();
    for (SaeMetric metric : SaeMetric.values()) {
      rows.add(
          new SaeEvaluationRow(
              sae.name(),
              sae.model(),
              sae.hook().address(),
              sae.hook().layer(),
              sae.architecture(),
              metric.label(),
              metric.of(this)));
    }
    return rows;
  }
}
