package dev.microtome.text;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code tokens}: one sequence, as a model reads it. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border, which nobody keeps
public record TokenRow(
    @Column(
            doc =
                "number of the sequence, unique and the same on every run: of text 100,000,000 × its part + its index in the"
                    + " part, ascending in the order of the text; of a generated corpus its index")
        long sequenceId,
    @Column(
            doc =
                "document of the first token after BOS: the file's path below the inputs' common folder, then # and its place"
                    + " there (byte of a line or paragraph, index in .json and .parquet) unless the whole file is the document; of a generated corpus kind/sequence")
        String document,
    @Column(doc = "token ids, BOS included where prepend-bos says so", unit = "tokens")
        int[] tokens) {
  /** The table of a tokenized corpus. */
  public static final TableSpec<TokenRow> TABLE =
      TableSpec.of("tokens", TokenRow.class, "One sequence of at most context-length tokens.");

  /** Metadata of the table: SHA-256 of the tokenizer.json. */
  public static final String TOKENIZER_SHA256 = "tokenizer_sha256";

  /**
   * Metadata of the table: largest id + 1 that the tokenizer can give. A model whose embedding is
   * smaller does not fit.
   */
  public static final String VOCABULARY_SIZE = "vocabulary_size";

  /** Metadata of the table: most tokens in a row. */
  public static final String CONTEXT_LENGTH = "context_length";

  /** Metadata of the table: the id that begins every row, -1 where none does. */
  public static final String BOS = "bos";

  /** More sequences than a part can hold: the factor in {@link #sequenceId}. */
  public static final long SEQUENCES_PER_PART = 100_000_000;
}
