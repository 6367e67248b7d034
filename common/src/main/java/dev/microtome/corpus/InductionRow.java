package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code induction}. */
public record InductionRow(
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "place in the sequence, BOS at 0 where there is one") int position,
    @Column(doc = "the token there") int tokenId,
    @Column(doc = "place that the token was copied from; -1 where it was drawn at random")
        int sourcePosition,
    @Column(
            doc =
                "whether induction predicts the token: it and the token before it are copied from"
                    + " neighbours; false for the first of a copied segment")
        boolean predictable) {
  /** Truth of every token of the kind induction, BOS left out. */
  public static final TableSpec<InductionRow> TABLE =
      TableSpec.of("induction", InductionRow.class, "Where one token of a sequence came from.");
}
