package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What a part adds to the evaluation of an SAE; passes between stages of a run. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record EvaluationSumsRow(
    @Column(doc = "name of the SAE") String sae,
    @Column(doc = "tokens behind the sums") long tokens,
    @Column(doc = "sums of the reconstruction, float64") byte[] reconstructionSums,
    @Column(doc = "mean activation, float64") byte[] activationMean,
    @Column(doc = "tokens on which each feature fires, int64") byte[] fires,
    @Column(doc = "sum of each feature, float64") byte[] sums,
    @Column(doc = "sum of squares of each feature, float64") byte[] squares,
    @Column(doc = "largest value of each feature") float[] maxima,
    @Column(doc = "predictions behind their sums") long predictions,
    @Column(doc = "sums of the predictions, float64") byte[] predictionSums) {
  /** The sums as an accumulator again. */
  public SaeEvaluation evaluation() {
    return SaeEvaluation.of(this);
  }
}
