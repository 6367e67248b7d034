package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the tables {@code feature_labels} and {@code label_features}. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record FeatureLabelRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "concept, such as part_of_speech") String concept,
    @Column(doc = "its value, such as noun") String value,
    @Column(doc = "0 for the highest correlation") int rank,
    @Column(doc = "Pearson's, of the feature with the label as 0 and 1, over all tokens")
        double correlation,
    @Column(doc = "P(label | the feature fires)") double specificity,
    @Column(doc = "P(the feature fires | label)") double sensitivity,
    @Column(doc = "harmonic mean of specificity and sensitivity") double f1,
    @Column(
            doc =
                "the same where the feature counts as firing only from the lower end of one of its intervals on, the best of them")
        double cutF1,
    @Column(doc = "that lower end, as a share of the feature's largest value") double cut,
    @Column(
            doc =
                "ln P(fires | label) - ln P(fires | not label), each with one token more that fires as often as all do; NaN for a feature that never fires",
            unit = "nats")
        double logLikelihoodRatio,
    @Column(doc = "tokens with the label") long labelTokens,
    @Column(doc = "of them where the feature fires") long hits,
    @Column(doc = "specificity in equal intervals of the feature's values, lowest first")
        float[] specificityByInterval,
    @Column(
            doc =
                "ln P(interval | label) - ln P(interval | not label) in the same way, lowest interval first; NaN where it never fires",
            unit = "nats")
        float[] logLikelihoodRatioByInterval) {

  static FeatureLabelRow of(String sae, int feature, int rank, LabelScore score) {
    return new FeatureLabelRow(
        sae,
        feature,
        score.label().concept(),
        score.label().value(),
        rank,
        score.correlation(),
        score.specificity(),
        score.sensitivity(),
        score.f1(),
        score.cutF1(),
        score.cut(),
        score.logLikelihoodRatio(),
        score.labelTokens(),
        score.hits(),
        score.specificities(),
        score.logLikelihoodRatios());
  }
}
