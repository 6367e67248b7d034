package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code probabilities}. */
public record ProbabilityRow(
    @Column(doc = "what is drawn, such as kind or gender") String variable,
    @Column(doc = "condition, such as profession=nurse; empty where there is none") String given,
    @Column(doc = "outcome") String value,
    @Column(doc = "its probability") double p) {
  /** What the language draws with known probability. */
  public static final TableSpec<ProbabilityRow> TABLE =
      TableSpec.of(
          "probabilities", ProbabilityRow.class, "The probability of one choice of the language.");
}
