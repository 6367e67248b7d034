package dev.microtome.circuits;

import dev.microtome.table.Column;
import java.util.List;

/** How much of what one head writes another one reads. */
public record CompositionRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "layer of the earlier head, from 0") int firstLayer,
    @Column(doc = "the earlier head in its layer") int firstHead,
    @Column(doc = "layer of the later head, from 0") int secondLayer,
    @Column(doc = "the later head in its layer") int secondHead,
    @Column(doc = "what the later head reads it with: Q, K or V") String kind,
    @Column(
            doc =
                "‖OV₁·M‖ / (‖OV₁‖·‖M‖), in [0, 1], M being QK, QKᵀ or OV of the later head; what random matrices give is not subtracted")
        double value) {

  /** All three kinds of one pair. */
  public static List<CompositionRow> of(String model, long step, Composition pair) {
    return List.of(
        of(model, step, pair, "Q", pair.q()),
        of(model, step, pair, "K", pair.k()),
        of(model, step, pair, "V", pair.v()));
  }

  private static CompositionRow of(
      String model, long step, Composition pair, String kind, double value) {
    return new CompositionRow(
        model,
        step,
        pair.first().layer(),
        pair.first().head(),
        pair.second().layer(),
        pair.second().head(),
        kind,
        value);
  }
}
