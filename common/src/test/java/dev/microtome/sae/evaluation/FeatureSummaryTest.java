package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class FeatureSummaryTest {
  private final FeatureSummary.Universality universality = new FeatureSummary.Universality();

  /** Of each feature the closest of the other dictionary, and of activations alone. */
  @Test
  void universalityIsTheMedianOfTheHighestCorrelations() {
    add("a", 0, FeatureNeighborRow.ACTIVATION_CORRELATION, "b", 0, 0.5);
    add("a", 0, FeatureNeighborRow.ACTIVATION_CORRELATION, "b", 1, 0.375);
    add("a", 0, FeatureNeighborRow.ACTIVATION_CORRELATION, "a", 0, 0.125);
    add("a", 0, FeatureNeighborRow.DECODER_COSINE, "b", 0, 0.0625);
    add("a", 1, FeatureNeighborRow.ACTIVATION_CORRELATION, "b", 0, 1);
    add("a", 2, FeatureNeighborRow.ACTIVATION_CORRELATION, "b", 0, 0.25);
    add("a", 3, FeatureNeighborRow.ACTIVATION_CORRELATION, "b", 0, 0.75);
    add("b", 7, FeatureNeighborRow.ACTIVATION_CORRELATION, "a", 0, 0.875);
    add("b", 8, FeatureNeighborRow.ACTIVATION_CORRELATION, "a", 0, 0.25);
    add("b", 9, FeatureNeighborRow.ACTIVATION_CORRELATION, "a", 0, 0.75);

    assertThat(universality.metrics())
        .extracting(
            FeatureMetricRow::sae,
            FeatureMetricRow::otherSae,
            FeatureMetricRow::metric,
            FeatureMetricRow::value)
        .containsExactly(
            tuple("a", "b", "universality_median", 0.625),
            tuple("a", "b", "universality_mean", 0.625),
            tuple("a", "b", "universality_features", 4.0),
            tuple("b", "a", "universality_median", 0.75),
            tuple("b", "a", "universality_mean", 0.625),
            tuple("b", "a", "universality_features", 3.0));
  }

  private void add(String sae, int feature, String relation, String other, int rank, double value) {
    universality.add(new FeatureNeighborRow(sae, feature, relation, other, rank, rank, value));
  }
}
