package dev.microtome.dynamics;

import dev.microtome.run.InputException;
import dev.microtome.text.TokenSequence;
import java.io.Serializable;

/**
 * Which tokens are predicted, and how many at a time.
 *
 * @param positions tokens at positions 1 to this are predicted, in every sequence; 0: all that each
 *     sequence has
 * @param batchTokens most tokens of a batch, padding included; a longer sequence is a batch of its
 *     own
 */
public record LossSettings(int positions, int batchTokens) implements Serializable {
  /** The value of {@link #positions} for all that there are. */
  public static final int ALL_POSITIONS = 0;

  public LossSettings {
    if (positions < 0 || batchTokens < 1) {
      throw new IllegalArgumentException(
          "Losses of %d positions in batches of %d tokens".formatted(positions, batchTokens));
    }
  }

  /**
   * Refuses a sequence that has not all positions asked for.
   *
   * @throws InputException naming the sequence and both lengths
   */
  public void requireLongEnough(TokenSequence sequence) {
    if (positions != ALL_POSITIONS && sequence.tokens().length <= positions) {
      throw new InputException(
          "sequence %d has %d tokens, positions = %d needs %d"
              .formatted(
                  sequence.sequenceId(), sequence.tokens().length, positions, positions + 1));
    }
  }

  /** How many tokens of a sequence of this length are predicted. */
  public int predicted(int length) {
    return positions == ALL_POSITIONS ? Math.max(0, length - 1) : positions;
  }
}
