package dev.microtome.sae.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How a feature goes with a label, over all tokens; a token without a row for a label does not have
 * it.
 *
 * <p>Ratios of likelihoods count one fire more, spread evenly over all tokens. So a count of 0
 * gives a finite number, ratios are the farther from 0 the more fires speak for them, and the sign
 * is that of the evidence: above 0 exactly where the feature fires more often on the label than
 * elsewhere.
 *
 * @param hits tokens of the label on which the feature fires
 * @param specificity P(label | fires)
 * @param sensitivity P(fires | label)
 * @param correlation Pearson's, of the feature's value with the label as 0 and 1
 * @param logLikelihoodRatio ln P(fires | label) − ln P(fires | not label), nats; NaN where the
 *     feature never fires
 * @param specificities P(label | value in interval), from the lowest interval up; NaN where the
 *     feature is never there
 * @param cutF1 largest harmonic mean of specificity and sensitivity where the feature counts as
 *     firing only from the lower end of some interval on
 * @param cut that lower end, as a share of the feature's largest value
 * @param logLikelihoodRatios ln P(interval | label) − ln P(interval | not label), nats; NaN where
 *     the feature is never there
 */
@SuppressWarnings("ArrayRecordComponent") // passed on at once
record LabelScore(
    TokenLabel label,
    long labelTokens,
    long hits,
    double specificity,
    double sensitivity,
    double correlation,
    double logLikelihoodRatio,
    double cutF1,
    double cut,
    float[] specificities,
    float[] logLikelihoodRatios) {

  private static final Comparator<LabelScore> BEST_FIRST =
      Comparator.comparingDouble((LabelScore score) -> score.correlation)
          .reversed()
          .thenComparing(LabelScore::label);

  /** Harmonic mean of specificity and sensitivity; 0 without a hit. */
  double f1() {
    return hits == 0 ? 0 : 2 * specificity * sensitivity / (specificity + sensitivity);
  }

  /** The labels that go best with a feature: those it correlates with, above 0 and by that. */
  static List<LabelScore> best(
      int feature,
      LabelCounts counts,
      FeatureStatistics statistics,
      ActivationHistograms histograms,
      int most) {
    List<LabelScore> scores = new ArrayList<>();
    for (TokenLabel label : counts.labels()) {
      LabelScore score = of(feature, label, counts, statistics, histograms);
      if (score.hits > 0 && score.correlation > 0) {
        scores.add(score);
      }
    }
    return scores.stream().sorted(BEST_FIRST).limit(most).toList();
  }

  static LabelScore of(
      int feature,
      TokenLabel label,
      LabelCounts counts,
      FeatureStatistics statistics,
      ActivationHistograms histograms) {
    long tokens = statistics.tokens();
    long labelled = counts.tokens(label);
    int intervals = counts.intervals();
    float[] specificities = new float[intervals];
    float[] ratios = new float[intervals];
    long hits = 0;
    long firesFromHere = 0;
    double cutF1 = 0;
    int cut = 0;
    // From the highest interval down, so that what is summed up is what fires from here on.
    for (int interval = intervals - 1; interval >= 0; interval--) {
      long here = counts.hits(label, feature, interval);
      long fires = histograms.count(feature, interval, intervals);
      specificities[interval] = fires == 0 ? Float.NaN : (float) here / fires;
      ratios[interval] = (float) logRatio(here, labelled, fires - here, tokens - labelled);
      hits += here;
      firesFromHere += fires;
      double f1 = 2.0 * hits / (firesFromHere + labelled);
      if (f1 >= cutF1) {
        cutF1 = f1;
        cut = interval;
      }
    }
    long fires = statistics.fires(feature);
    return new LabelScore(
        label,
        labelled,
        hits,
        fires == 0 ? Double.NaN : (double) hits / fires,
        (double) hits / labelled,
        correlation(feature, counts.sum(label, feature), labelled, statistics),
        logRatio(hits, labelled, fires - hits, tokens - labelled),
        cutF1,
        (double) cut / intervals,
        specificities,
        ratios);
  }

  /** NaN where nothing fires; 0 for a label of all tokens, beside which there is nothing. */
  private static double logRatio(long hits, long labelled, long others, long unlabelled) {
    if (hits + others == 0) {
      return Double.NaN;
    }
    if (unlabelled == 0) {
      return 0;
    }
    double everywhere = 1.0 / (labelled + unlabelled);
    return Math.log((double) hits / labelled + everywhere)
        - Math.log((double) others / unlabelled + everywhere);
  }

  /** 0 where the feature or the label does not vary. */
  private static double correlation(
      int feature, double sum, long labelled, FeatureStatistics statistics) {
    double share = (double) labelled / statistics.tokens();
    double variance = statistics.variance(feature) * share * (1 - share);
    if (!(variance > 0)) {
      return 0;
    }
    double covariance =
        sum / statistics.tokens() - share * statistics.sum(feature) / statistics.tokens();
    return covariance / Math.sqrt(variance);
  }
}
