package dev.microtome.heads;

import java.util.List;

/**
 * What a model loses by a knockout.
 *
 * @param metrics the loss of all tokens and the in-context-learning score
 */
public record KnockoutEffect(List<Metric> metrics) {
  public KnockoutEffect {
    metrics = List.copyOf(metrics);
  }

  /**
   * One metric.
   *
   * @param value without the heads
   * @param change that minus the metric of the unchanged model
   */
  public record Metric(String name, double value, double change) {}

  /** Compares losses without heads with those of the unchanged model on the same sequences. */
  public static KnockoutEffect of(
      PositionLosses unchanged, PositionLosses without, int early, int late) {
    double score = without.inContextScore(early, late);
    return new KnockoutEffect(
        List.of(
            new Metric("loss", without.mean(), without.mean() - unchanged.mean()),
            new Metric(
                "in_context_learning_score",
                score,
                score - unchanged.inContextScore(early, late))));
  }
}
