package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code vocabulary}. */
public record VocabularyRow(
    @Column(doc = "id in the column tokens of the table tokens") int tokenId,
    @Column(doc = "the token as the vocabulary spells it, a space before a word included")
        String token) {
  /** Every id there is. */
  public static final TableSpec<VocabularyRow> TABLE =
      TableSpec.of("vocabulary", VocabularyRow.class, "One token of the corpus's vocabulary.");
}
