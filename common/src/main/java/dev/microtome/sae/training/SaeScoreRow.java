package dev.microtome.sae.training;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code evaluation}: one number about one SAE at the end of its training. */
public record SaeScoreRow(
    @Column(doc = "name of the SAE") String sae,
    @Column(
            doc =
                "on held-out activations, in their own units: explained_variance (1 − Σ‖x − x̂‖²/Σ‖x − x̄‖²), mse (mean of ‖x − x̂‖²), l0"
                    + " (mean features of a token), dead_fraction (features that fire on none of them), tokens. Of the training:"
                    + " same_sequence_share and expected_same_sequence_share (neighbours in a batch of one sequence, found and as"
                    + " a perfect shuffle of the buffer gives)")
        String metric,
    @Column(doc = "its value") double value) {
  public static final TableSpec<SaeScoreRow> TABLE =
      TableSpec.of(
          "evaluation", SaeScoreRow.class, "One number about one SAE at the end of its training");
}
