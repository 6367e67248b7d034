package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What a part adds to the survey of a dictionary's features; passes between stages of a run. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record FeatureSurveyRow(
    @Column(doc = "name of the dictionary") String sae,
    @Column(doc = "tokens behind the sums") long tokens,
    @Column(doc = "tokens on which each feature fires, int64") byte[] fires,
    @Column(doc = "sum of each feature, float64") byte[] sums,
    @Column(doc = "sum of squares of each feature, float64") byte[] squares,
    @Column(doc = "largest value of each feature") float[] maxima,
    @Column(doc = "the largest of each feature, one a sequence, [features, k]") float[] largest) {
  /** The survey as an accumulator again. */
  public FeatureSurvey survey() {
    return FeatureSurvey.of(this);
  }
}
