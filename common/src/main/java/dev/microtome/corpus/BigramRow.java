package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code bigrams}. */
public record BigramRow(
    @Column(doc = "token id") int source,
    @Column(doc = "id of the token that follows") int out,
    @Column(doc = "probability of out after source; sums to 1 over out") double p) {
  /** The whole distribution of the kind bigram. */
  public static final TableSpec<BigramRow> TABLE =
      TableSpec.of(
          "bigrams",
          BigramRow.class,
          "The probability of one token after another; BOS is a source where sequences have it.");
}
