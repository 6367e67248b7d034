package dev.microtome.heads;

import dev.microtome.model.HeadIndex;
import dev.microtome.table.Column;
import java.util.List;

/** What a checkpoint loses without one head. */
public record HeadAblationRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "layer of the head, from 0") int layer,
    @Column(doc = "the head in its layer, from 0") int head,
    @Column(doc = "how it was knocked out: zero, mean or pattern_preserving") String ablation,
    @Column(doc = "loss (of all tokens) or in_context_learning_score") String metric,
    @Column(doc = "the metric without the head", unit = "nats") double value,
    @Column(doc = "that minus the metric of the unchanged model", unit = "nats") double change) {

  /** Both metrics of one knockout. */
  public static List<HeadAblationRow> of(
      String model, long step, HeadIndex head, HeadAblation ablation, KnockoutEffect effect) {
    return effect.metrics().stream()
        .map(
            metric ->
                new HeadAblationRow(
                    model,
                    step,
                    head.layer(),
                    head.head(),
                    ablation.label(),
                    metric.name(),
                    metric.value(),
                    metric.change()))
        .toList();
  }
}
