package dev.microtome.jobs.tokenize;

import dev.microtome.table.TableSpec;
import dev.microtome.text.SequenceLayout;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.TokenRow;
import java.io.Serializable;
import java.util.Map;

/**
 * A tokenizer as the plan found it, and how it is used.
 *
 * @param file fully qualified tokenizer.json
 * @param digest SHA-256 of the file
 */
record TokenizerUse(
    String file, String digest, int vocabularySize, SpecialTokens special, SequenceLayout layout)
    implements Serializable {
  /** The table {@code tokens} with what a reader must know of the tokenizer. */
  TableSpec<TokenRow> table() {
    return TokenRow.TABLE.withMetadata(
        Map.of(
            TokenRow.TOKENIZER_SHA256, digest,
            TokenRow.VOCABULARY_SIZE, Integer.toString(vocabularySize),
            TokenRow.CONTEXT_LENGTH, Integer.toString(layout.contextLength()),
            TokenRow.BOS, Integer.toString(layout.bos())));
  }
}
