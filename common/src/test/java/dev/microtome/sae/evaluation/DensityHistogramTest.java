package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.microtome.model.HookPoint;
import org.junit.jupiter.api.Test;

class DensityHistogramTest {
  private static final EvaluatedSae SAE =
      new EvaluatedSae("s", "m", HookPoint.parse("blocks.3.mlp.hook_post"), "topk");

  @Test
  void everyLivingFeatureIsInOneBin() {
    FeatureStatistics statistics = FeatureStatistics.ofFeatures(4);
    for (int token = 0; token < 100; token++) {
      statistics.add(SparseFeatures.of(new float[] {1, token == 0 ? 2 : 0, token < 10 ? 3 : 0, 0}));
    }

    assertThat(DensityHistogram.of(SAE, statistics))
        .filteredOn(row -> row.features() > 0)
        .extracting(
            DensityHistogramRow::log10DensityFrom,
            DensityHistogramRow::log10DensityTo,
            DensityHistogramRow::features)
        .containsExactly(tuple(-2.0, -1.75, 1L), tuple(-1.0, -0.75, 1L), tuple(-0.25, 0.0, 1L));
    assertThat(DensityHistogram.of(SAE, statistics))
        .hasSize(8)
        .extracting(
            DensityHistogramRow::sae,
            DensityHistogramRow::model,
            DensityHistogramRow::hook,
            DensityHistogramRow::layer,
            DensityHistogramRow::architecture)
        .containsOnly(tuple("s", "m", "blocks.3.mlp.hook_post", 3, "topk"));
    assertThat(statistics.deadFraction()).isEqualTo(0.25);
    assertThat(statistics.meanFeaturesPerToken()).isEqualTo(1.11);
    assertThat(statistics.meanSumPerToken()).isEqualTo(1.32);
    assertThat(statistics.meanActive(2)).isEqualTo(3);
    assertThat(statistics.meanActive(3)).isZero();
  }

  @Test
  void featuresThatNeverFireHaveNoBin() {
    FeatureStatistics statistics = FeatureStatistics.ofFeatures(2);
    statistics.add(SparseFeatures.of(new float[] {0, 0}));
    assertThat(DensityHistogram.of(SAE, statistics)).isEmpty();
  }
}
