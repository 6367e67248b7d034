package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class LabelScoreTest {
  private static final TokenLabel NOUN = new TokenLabel("word", "noun");
  private static final TokenLabel VERB = new TokenLabel("word", "verb");

  /** Two features on six tokens, of which 0, 1 and 2 are nouns and 3 is a verb. */
  private static final SparseFeatures ROWS =
      SparseFeatures.of(
          new float[] {4, 0},
          new float[] {3, 1},
          new float[] {0, 1},
          new float[] {1, 0},
          new float[] {0, 0},
          new float[] {0, 1});

  private final FeatureSurvey survey = FeatureSurvey.of(2, 1);
  private final ActivationHistograms histograms = ActivationHistograms.of(2, 4);
  private final LabelCounts counts = new LabelCounts(2, 2);

  LabelScoreTest() {
    survey.add(ROWS);
    histograms.add(ROWS, survey.range());
    for (int row = 0; row < 4; row++) {
      counts.add(List.of(row < 3 ? NOUN : VERB), ROWS, row, survey.range());
    }
  }

  @Test
  void handCounted() {
    LabelScore score = LabelScore.of(0, NOUN, counts, survey.statistics(), histograms);

    assertThat(score.hits()).isEqualTo(2);
    assertThat(score.specificity()).isEqualTo(2.0 / 3);
    assertThat(score.sensitivity()).isEqualTo(2.0 / 3);
    assertThat(score.f1()).isCloseTo(2.0 / 3, within(1e-15));
    // From half of the largest value on it fires twice, on two of the three nouns.
    assertThat(score.cutF1()).isCloseTo(0.8, within(1e-15));
    assertThat(score.cut()).isEqualTo(0.5);
    assertThat(score.logLikelihoodRatio())
        .isCloseTo(Math.log((2.5 / 3) / (1.5 / 3)), within(1e-15));
    // Values 4, 3, 0, 1, 0, 0 and labels 1, 1, 1, 0, 0, 0: covariance 1/2, variances 23/9 and 1/4.
    assertThat(score.correlation()).isCloseTo(0.5 / Math.sqrt(23.0 / 9 / 4), within(1e-12));
    // In (0, 2) the feature is once, on no noun; in [2, 4] twice, on nouns.
    assertThat(score.specificities()).containsExactly(0, 1);
    assertThat(score.logLikelihoodRatios()[0])
        .isCloseTo((float) Math.log(0.5 / 1.5), within(1e-6f));
    assertThat(score.logLikelihoodRatios()[1])
        .isCloseTo((float) Math.log(2.5 / 0.5), within(1e-6f));
  }

  /** The one verb is among three tokens on which the feature fires: 1, in the lower half. */
  @Test
  void aRareLabelIsFoundButNotMeant() {
    LabelScore score = LabelScore.of(0, VERB, counts, survey.statistics(), histograms);

    assertThat(score.labelTokens()).isEqualTo(1);
    assertThat(score.specificity()).isEqualTo(1.0 / 3);
    assertThat(score.sensitivity()).isEqualTo(1);
    assertThat(score.f1()).isEqualTo(0.5);
    assertThat(score.logLikelihoodRatio())
        .isCloseTo(Math.log((1 + 1.0 / 6) / (2.0 / 5 + 1.0 / 6)), within(1e-15));
    // Covariance 1/6 − 1/6 · 8/6, variances 23/9 and 5/36.
    assertThat(score.correlation())
        .isCloseTo((1.0 / 6 - 8.0 / 36) / Math.sqrt(23.0 / 9 * 5 / 36), within(1e-12));
    assertThat(score.specificities()).containsExactly(1, 0);
    FeatureLabelRow row = FeatureLabelRow.of("s", 0, 4, score);
    assertThat(row.specificity()).isEqualTo(1.0 / 3);
    assertThat(row.sensitivity()).isEqualTo(1);
    assertThat(row.f1()).isEqualTo(0.5);
    assertThat(row.labelTokens()).isEqualTo(1);
    assertThat(row.rank()).isEqualTo(4);
  }

  /**
   * Of values 4, 3 and 1 on the three nouns all count; of none below the half, the cut is 0 too.
   */
  @Test
  void theLowestOfEqualCutsAndAllThatFireFromThere() {
    SparseFeatures rows =
        SparseFeatures.of(
            new float[] {4, 2}, new float[] {3, 0}, new float[] {1, 0}, new float[] {0, 0});
    IntFunction<LabelScore> scores = scores(rows, NOUN, 3);

    LabelScore every = scores.apply(0);
    assertThat(every.cutF1()).isEqualTo(1);
    assertThat(every.cut()).isZero();
    LabelScore one = scores.apply(1);
    assertThat(one.cutF1()).isEqualTo(0.5);
    assertThat(one.cut()).isZero();
  }

  @Test
  void theBestLabelComesFirstAndOneThatSpeaksAgainstItNotAtAll() {
    TokenLabel first = new TokenLabel("place", "first");
    TokenLabel early = new TokenLabel("place", "early");
    counts.add(List.of(first, early), ROWS, 0, survey.range());
    counts.add(List.of(early), ROWS, 1, survey.range());

    // The verb is hit once, and yet the feature is there less than elsewhere.
    assertThat(LabelScore.of(0, VERB, counts, survey.statistics(), histograms).hits()).isOne();
    assertThat(LabelScore.best(0, counts, survey.statistics(), histograms, 5))
        .extracting(LabelScore::label)
        .containsExactly(early, first, NOUN);
    assertThat(LabelScore.best(1, counts, survey.statistics(), histograms, 5))
        .extracting(LabelScore::label)
        .containsExactly(NOUN);
  }

  /** With a pseudo-count that grows with the fires, one hit would be worth as much as ten. */
  @Test
  void moreHitsSpeakMoreForALabel() {
    float[][] tokens = new float[100][2];
    for (int token = 0; token < 10; token++) {
      tokens[token][0] = 4;
    }
    tokens[0][1] = 4;
    IntFunction<LabelScore> scores = scores(SparseFeatures.of(tokens), VERB, 10);

    // Per 100 tokens 10 of 10 and 1 of 10, against none of 90, and one fire more in all.
    assertThat(scores.apply(0).logLikelihoodRatio())
        .isCloseTo(Math.log((1 + 0.01) / 0.01), within(1e-12));
    assertThat(scores.apply(1).logLikelihoodRatio())
        .isCloseTo(Math.log((0.1 + 0.01) / 0.01), within(1e-12));
  }

  /** Classes of one and of five tokens: a pseudo-count of ½ each would speak for the small one. */
  @Test
  void withoutEvidenceARatioIsNotANumberAndWithoutAHitBelowZero() {
    FeatureSurvey all = FeatureSurvey.of(1, 1);
    SparseFeatures rows =
        SparseFeatures.of(
            new float[] {0},
            new float[] {4},
            new float[] {4},
            new float[] {4},
            new float[] {0},
            new float[] {0});
    all.add(rows);
    ActivationHistograms bins = ActivationHistograms.of(1, 4);
    bins.add(rows, all.range());
    LabelCounts verbs = new LabelCounts(1, 2);
    verbs.add(List.of(VERB), rows, 0, all.range());

    LabelScore score = LabelScore.of(0, VERB, verbs, all.statistics(), bins);

    assertThat(score.logLikelihoodRatios()[0]).isNaN();
    assertThat(score.logLikelihoodRatios()[1])
        .isCloseTo((float) Math.log((1.0 / 6) / (3.0 / 5 + 1.0 / 6)), within(1e-6f));
    assertThat(score.logLikelihoodRatio()).isNegative();
  }

  @Test
  void byLabelTheBestFeature() {
    FeatureFacts facts = new FeatureFacts(survey.statistics(), histograms, null, counts);

    List<FeatureLabelRow> rows = FeatureSummary.byLabel("s", facts, 1);

    assertThat(rows).extracting(FeatureLabelRow::value).containsExactly("noun", "verb");
    assertThat(rows.get(0).feature()).isZero();
    assertThat(FeatureSummary.metrics("s", survey.statistics(), rows))
        .extracting(FeatureMetricRow::metric)
        .containsExactly(
            "features",
            "alive_features",
            "mean_best_label_correlation",
            "mean_best_label_f1",
            "mean_best_label_cut_f1");
    // Over the noun, cut at half, and the verb.
    assertThat(rows.get(0).cutF1()).isCloseTo(0.8, within(1e-15));
    assertThat(rows.get(0).f1()).isLessThan(0.7);
    assertThat(FeatureSummary.metrics("s", survey.statistics(), rows).get(2).value())
        .isCloseTo((rows.get(0).correlation() + rows.get(1).correlation()) / 2, within(1e-15));
    assertThat(FeatureSummary.metrics("s", survey.statistics(), rows).get(3).value())
        .isCloseTo((rows.get(0).f1() + rows.get(1).f1()) / 2, within(1e-15));
    assertThat(FeatureSummary.metrics("s", survey.statistics(), rows).get(4).value())
        .isCloseTo((rows.get(0).cutF1() + rows.get(1).cutF1()) / 2, within(1e-15));
  }

  @Test
  void refusesLabelsThatAreText() {
    LabelCounts many = new LabelCounts(2, 2);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> {
              for (int i = 0; i <= LabelCounts.MOST_LABELS; i++) {
                many.add(List.of(new TokenLabel("word", "w" + i)), ROWS, 0, survey.range());
              }
            })
        .withMessage(
            "labels: more than 1000 different ones, the last word=w1000; choose concepts with few values");
  }

  /** Of each of two features with a label that the first rows have. */
  private static IntFunction<LabelScore> scores(SparseFeatures rows, TokenLabel label, int many) {
    FeatureSurvey all = FeatureSurvey.of(2, 1);
    all.add(rows);
    ActivationHistograms bins = ActivationHistograms.of(2, 4);
    bins.add(rows, all.range());
    LabelCounts labelled = new LabelCounts(2, 2);
    for (int row = 0; row < many; row++) {
      labelled.add(List.of(label), rows, row, all.range());
    }
    return feature -> LabelScore.of(feature, label, labelled, all.statistics(), bins);
  }
}
