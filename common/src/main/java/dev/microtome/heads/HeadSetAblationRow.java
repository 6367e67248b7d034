package dev.microtome.heads;

import dev.microtome.model.HeadIndex;
import dev.microtome.table.Column;
import java.util.List;

/** What a checkpoint loses without several heads at once: those a score finds, or random others. */
public record HeadSetAblationRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "prefix_matching: the heads with the highest such score; control: random others")
        String chosenBy,
    @Column(doc = "which of several controls; 0 for the heads that were found") int draw,
    @Column(doc = "the heads, as layer.head") List<String> heads,
    @Column(doc = "how they were knocked out: zero, mean or pattern_preserving") String ablation,
    @Column(doc = "loss (of all tokens) or in_context_learning_score") String metric,
    @Column(doc = "the metric without the heads", unit = "nats") double value,
    @Column(doc = "that minus the metric of the unchanged model", unit = "nats") double change) {
  public HeadSetAblationRow {
    heads = List.copyOf(heads);
  }

  /** Both metrics of one knockout. */
  public static List<HeadSetAblationRow> of(
      String model, long step, HeadSet set, HeadAblation ablation, KnockoutEffect effect) {
    return effect.metrics().stream()
        .map(
            metric ->
                new HeadSetAblationRow(
                    model,
                    step,
                    set.chosenBy(),
                    set.draw(),
                    set.heads().stream().map(HeadIndex::toString).toList(),
                    ablation.label(),
                    metric.name(),
                    metric.value(),
                    metric.change()))
        .toList();
  }
}
