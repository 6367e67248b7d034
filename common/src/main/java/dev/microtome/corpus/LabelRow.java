package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code labels}: one concept at one token. */
public record LabelRow(
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "place in the sequence, BOS at 0 where there is one") int position,
    @Column(doc = "the token there") int tokenId,
    @Column(doc = "concept, such as part_of_speech, gender, bracket_depth") String concept,
    @Column(doc = "its value at the token, such as noun, female, 2") String value) {
  /** Concepts of every token; a token without a row for a concept does not have it. */
  public static final TableSpec<LabelRow> TABLE =
      TableSpec.of("labels", LabelRow.class, "One concept that one token of the language has.");
}
