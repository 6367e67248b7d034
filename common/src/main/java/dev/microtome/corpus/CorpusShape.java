package dev.microtome.corpus;

import java.io.Serializable;

/**
 * What sequences of every corpus have in common.
 *
 * @param seed with the kind and the sequence's number decides every token
 * @param contextLength tokens in a sequence, BOS included
 * @param prependBos whether every sequence begins with BOS
 */
public record CorpusShape(long seed, int contextLength, boolean prependBos)
    implements Serializable {
  /** The id of BOS in every generated corpus; kept free where sequences do not begin with it. */
  public static final int BOS = 0;

  public CorpusShape {
    if (contextLength < 2) {
      throw new IllegalArgumentException("contextLength must be at least 2: " + contextLength);
    }
  }

  /** First position that is drawn: 1 after BOS. */
  int start() {
    return prependBos ? 1 : 0;
  }

  /** Tokens of a sequence without BOS. */
  int content() {
    return contextLength - start();
  }

  /** A sequence with its BOS, where it has one, and zeros. */
  int[] sequence() {
    return new int[contextLength]; // BOS is 0
  }
}
