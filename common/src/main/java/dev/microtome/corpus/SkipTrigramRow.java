package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code skip_trigrams}. */
public record SkipTrigramRow(
    @Column(doc = "token id that stands anywhere earlier") int source,
    @Column(doc = "token id just before") int destination,
    @Column(doc = "token id that follows") int out,
    @Column(doc = "probability of out after destination, once source has come") double p,
    @Column(doc = "probability of out after destination, before any source has come")
        double pWithoutSource) {
  /** The triples of the kind skip-trigram. */
  public static final TableSpec<SkipTrigramRow> TABLE =
      TableSpec.of(
          "skip_trigrams",
          SkipTrigramRow.class,
          "What a source anywhere earlier makes of the token after a destination.");
}
