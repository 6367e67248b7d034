package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.model.HookPoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class SaeEvaluationTest {
  /** Every metric from sums that are all different: 4 tokens, 8 predictions, 2 features. */
  @Test
  void everyMetricByHand() {
    EvaluationSumsRow sums =
        new EvaluationSumsRow(
            "s",
            4,
            Packed.of(new double[] {2, 10, 3, 2.4}),
            Packed.of(new double[] {7, 8}),
            Packed.of(new long[] {3, 0}),
            Packed.of(new double[] {6, 0}),
            Packed.of(new double[] {14, 0}),
            new float[] {3, 0},
            8,
            Packed.of(new double[] {16, 24, 40, 4, 16}));

    List<SaeEvaluationRow> rows =
        sums.evaluation()
            .rows(new EvaluatedSae("s", "m", HookPoint.parse("blocks.3.hook_mlp_out"), "jumprelu"));

    assertThat(rows)
        .extracting(SaeEvaluationRow::metric)
        .containsExactly(
            "tokens",
            "explained_variance",
            "mse",
            "cosine_similarity",
            "l2_ratio",
            "l0",
            "l1",
            "dead_fraction",
            "loss_clean",
            "loss_sae",
            "loss_zero",
            "loss_recovered",
            "kl_sae",
            "kl_zero",
            "kl_recovered");
    assertThat(rows)
        .extracting(SaeEvaluationRow::value)
        .containsExactly(
            4.0, 0.8, 0.5, 0.75, 0.6, 0.75, 1.5, 0.5, 2.0, 3.0, 5.0, 2.0 / 3, 0.5, 2.0, 0.75);
    assertThat(rows.get(0))
        .isEqualTo(
            new SaeEvaluationRow("s", "m", "blocks.3.hook_mlp_out", 3, "jumprelu", "tokens", 4));
  }
}
