package dev.microtome.text;

import dev.microtome.run.InputException;
import dev.microtome.table.Column;

/** What a model needs of a row of the tokens table. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record TokenSequence(
    @Column(doc = "identifies the sequence") long sequenceId,
    @Column(doc = "token ids in order") int[] tokens) {

  /**
   * Refuses a sequence that a model cannot take.
   *
   * @param nCtx longest sequence of the model
   * @param dVocab tokens the model knows
   * @throws InputException naming the sequence, and the position of a token that is out of range
   */
  public void requireFits(int nCtx, int dVocab) {
    if (tokens.length == 0) {
      throw new InputException("sequence %d has no tokens".formatted(sequenceId));
    }
    if (tokens.length > nCtx) {
      throw new InputException(
          "sequence %d has %d tokens, the model's context is %d"
              .formatted(sequenceId, tokens.length, nCtx));
    }
    for (int position = 0; position < tokens.length; position++) {
      if (tokens[position] < 0 || tokens[position] >= dVocab) {
        throw new InputException(
            "sequence %d, position %d: token %d is not in the model's vocabulary (0 to %d)"
                .formatted(sequenceId, position, tokens[position], dVocab - 1));
      }
    }
  }
}
