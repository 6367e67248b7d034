package dev.microtome.jobs.report;

import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.dynamics.LossByPositionRow;
import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.RepeatPredictionRow;
import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.sae.evaluation.DensityHistogramRow;
import dev.microtome.sae.evaluation.FeatureExampleRow;
import dev.microtome.sae.evaluation.FeatureLogitRow;
import dev.microtome.sae.evaluation.FeatureRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import java.util.ArrayList;
import java.util.List;

/** All tables of a page, small: one model that jumps at step 100, one that does not. */
final class MadeUpTables {
  static final String JUMPS = "two-layer";
  static final String RESTS = "one-layer";
  private static final long[] STEPS = {0, 1, 10, 100, 1000};
  private static final double[] SHARES = {0, 0, 0, 0.5, 1};

  private MadeUpTables() {}

  /**
   * All tables.
   *
   * @param text a name of a model, of an SAE, a concept, a token: all of these are anybody's
   */
  static GivenRows of(String text) {
    return new GivenRows()
        .with("head_scores", headScores(text))
        .with("repeat_predictions", predictions(text))
        .with("in_context_learning", inContext())
        .with(
            "circuit_scores",
            List.of(
                new CircuitScoreRow(JUMPS, 0, 1, 0, "full_ov_copying", 0.125),
                new CircuitScoreRow(JUMPS, 1000, 1, 0, "full_ov_copying", 0.875),
                new CircuitScoreRow(JUMPS, 2000, 1, 0, "full_ov_copying", 0.5)))
        .with("loss_pca", plane())
        .with(
            "loss_pca_components",
            List.of(new LossPcaComponentRow(0, 9, 0.75), new LossPcaComponentRow(1, 1, 0.125)))
        .with("sae_evaluation", evaluation(text))
        .with(
            "density_histogram",
            List.of(
                new DensityHistogramRow(
                    "topk", "m", "blocks.0.mlp.hook_post", 0, "topk", -3, -2, 10),
                new DensityHistogramRow(
                    "topk", "m", "blocks.0.mlp.hook_post", 0, "topk", -2, -1, 30)))
        .with("features", features(text))
        .with("feature_examples", examples(text))
        .with(
            "feature_logits",
            List.of(
                new FeatureLogitRow("topk", 7, 0, 1, 3, text, 2),
                new FeatureLogitRow("topk", 7, 0, -1, 4, "lowered", -2)))
        .with("erasure_probes", probes(text))
        .with(ErasedLoss.BEFORE, losses(text, 3))
        .with(ErasedLoss.AFTER, losses(text, 3.5));
  }

  private static List<HeadScoreRow> headScores(String text) {
    List<HeadScoreRow> rows = new ArrayList<>();
    for (int i = 0; i < STEPS.length; i++) {
      for (int layer = 0; layer < 2; layer++) {
        double induction = layer == 1 ? SHARES[i] : 0.0625;
        rows.add(new HeadScoreRow(JUMPS, STEPS[i], layer, 0, "prefix_matching", induction));
        rows.add(new HeadScoreRow(JUMPS, STEPS[i], layer, 0, "previous_token", 0.25));
      }
      rows.add(new HeadScoreRow(RESTS, STEPS[i], 0, 0, "prefix_matching", 0.03125));
      rows.add(new HeadScoreRow(text, STEPS[i], 0, 0, "prefix_matching", 0.03125));
    }
    return rows;
  }

  private static List<RepeatPredictionRow> predictions(String text) {
    List<RepeatPredictionRow> rows = new ArrayList<>();
    for (int i = 0; i < STEPS.length; i++) {
      // The first time nothing foretells a random segment, whatever the row says.
      rows.add(new RepeatPredictionRow(JUMPS, STEPS[i], 1, 1, 0));
      rows.add(new RepeatPredictionRow(JUMPS, STEPS[i], 2, SHARES[i], 0));
      rows.add(new RepeatPredictionRow(RESTS, STEPS[i], 2, SHARES[i] / 4, 0));
      rows.add(new RepeatPredictionRow(text, STEPS[i], 2, 0, 0));
    }
    return rows;
  }

  private static List<InContextRow> inContext() {
    List<InContextRow> rows = new ArrayList<>();
    for (int i = 0; i < STEPS.length; i++) {
      rows.add(
          new InContextRow(JUMPS, STEPS[i], 8, 60, 4 - SHARES[i], 4, 4 - SHARES[i], -SHARES[i], 0));
    }
    return rows;
  }

  private static List<LossPcaRow> plane() {
    List<LossPcaRow> rows = new ArrayList<>();
    for (int i = 0; i < STEPS.length; i++) {
      rows.add(new LossPcaRow(JUMPS, STEPS[i], 0, i));
      rows.add(new LossPcaRow(JUMPS, STEPS[i], 1, i * i));
      rows.add(new LossPcaRow(JUMPS, STEPS[i], 2, 99));
    }
    return rows;
  }

  static List<SaeEvaluationRow> evaluation(String text) {
    List<SaeEvaluationRow> rows = new ArrayList<>();
    for (String sae : List.of("topk", text)) {
      double l0 = sae.equals("topk") ? 8 : 4;
      rows.add(metric(sae, "l0", l0));
      rows.add(metric(sae, "explained_variance", l0 / 10));
      rows.add(metric(sae, "loss_recovered", l0 / 9));
      rows.add(metric(sae, "dead_fraction", 0.0625));
    }
    return rows;
  }

  static SaeEvaluationRow metric(String sae, String metric, double value) {
    return new SaeEvaluationRow(sae, "model", "blocks.0.mlp.hook_post", 0, "topk", metric, value);
  }

  private static List<FeatureRow> features(String text) {
    return List.of(
        feature("topk", 3, 0, "kind=dead", 0.99),
        feature("topk", 7, 10, "kind=" + text, 0.875),
        feature("topk", 8, 10, "kind=other", 0.75),
        feature("topk", 9, 10, "region=dna", 0.5),
        feature("topk", 10, 10, "", Double.NaN),
        feature("neurons:blocks.0.mlp.hook_post", 1, 10, "word=noun", 0.9));
  }

  static FeatureRow feature(String sae, int feature, long fires, String label, double correlation) {
    return new FeatureRow(
        sae,
        "blocks.0.mlp.hook_post",
        feature,
        fires / 1000.0,
        fires,
        1,
        4,
        new float[2],
        Double.NaN,
        0,
        label,
        correlation,
        Double.NaN,
        Double.NaN);
  }

  private static List<FeatureExampleRow> examples(String text) {
    return List.of(
        new FeatureExampleRow(
            "topk",
            7,
            0,
            "top",
            1,
            12,
            4,
            11,
            List.of(text, "▁own", "Ġnext"),
            new float[] {0, 4, 1}),
        new FeatureExampleRow(
            "topk", 7, 0, "0.2-0.4", 1, 12, 1, 12, List.of("drawn"), new float[] {1}));
  }

  private static List<ErasureProbeRow> probes(String text) {
    return List.of(
        probe(text, "none", 0, "logistic", 0.875),
        probe(text, "given", 1, "logistic", 0.5625),
        probe(text, "none", 0, "mlp", 0.9375));
  }

  /** At the last checkpoint 30 tokens of 2 nats and 10 of another loss. */
  private static List<LossByPositionRow> losses(String text, double second) {
    return List.of(
        new LossByPositionRow(text, 0, 1, 9, 0.1, 30),
        new LossByPositionRow(text, 1000, 1, 2, 0.1, 30),
        new LossByPositionRow(text, 1000, 2, second, 0.1, 10));
  }

  private static ErasureProbeRow probe(
      String concept, String eraser, int rank, String probe, double accuracy) {
    return new ErasureProbeRow(
        "blocks.0.hook_resid_post",
        concept,
        eraser,
        rank,
        probe,
        300,
        100,
        accuracy,
        accuracy - 0.0625,
        accuracy + 0.0625,
        0.5,
        0.25,
        0.7,
        0.5,
        rank * 0.125,
        Double.NaN);
  }
}
