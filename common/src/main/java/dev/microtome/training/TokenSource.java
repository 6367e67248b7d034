package dev.microtome.training;

import java.util.List;

/**
 * Sequences of tokens to train on, in a fixed order.
 *
 * <p>Implementations are safe for use by several threads at once.
 */
public interface TokenSource {
  /** Sequences, at least one. */
  int count();

  /** Tokens of a sequence. */
  int length(int sequence);

  /** Copies tokens of a sequence, as many as {@code tokens} has room for. */
  void copy(int sequence, int first, int[] tokens);

  /** A source in memory. The sequences are not copied. */
  static TokenSource of(List<int[]> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("no sequences");
    }
    return new TokenSource() {
      @Override
      public int count() {
        return sequences.size();
      }

      @Override
      public int length(int sequence) {
        return sequences.get(sequence).length;
      }

      @Override
      public void copy(int sequence, int first, int[] tokens) {
        System.arraycopy(sequences.get(sequence), first, tokens, 0, tokens.length);
      }
    };
  }
}
