package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code ridge_path}: a ridge of a logistic regression in cross-validation. */
public record RidgePathRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the concept") String concept,
    @Column(doc = "weight of the losses against the ridge, scikit-learn's C") double c,
    @Column(doc = "mean -log p of the folds held out", unit = "nats") double crossEntropy,
    @Column(doc = "their accuracy") double accuracy) {
  public static final TableSpec<RidgePathRow> TABLE =
      TableSpec.of(
          "ridge_path", RidgePathRow.class, "One ridge of one concept's logistic regression.");
}
