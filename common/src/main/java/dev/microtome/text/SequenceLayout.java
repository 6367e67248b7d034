package dev.microtome.text;

import java.io.Serializable;

/**
 * How documents become rows of at most {@code contextLength} tokens. With a BOS token every row
 * begins with it, and holds {@code contextLength − 1} tokens of text at most.
 *
 * @param contextLength tokens in a full row, BOS included
 * @param bos id every row begins with, or {@link #NONE}
 * @param separator id between consecutive documents that share a row; {@link #NONE} keeps documents
 *     apart: none shares a row
 */
public record SequenceLayout(int contextLength, int bos, int separator) implements Serializable {
  public static final int NONE = -1;

  public SequenceLayout {
    if (contextLength <= (bos == NONE ? 0 : 1)) {
      throw new IllegalArgumentException("no room for text in " + contextLength + " tokens");
    }
  }

  /**
   * Documents joined by one separator token and cut into full rows, as TransformerLens's {@code
   * tokenize_and_concatenate} does: {@code a a a EOS b b EOS c …}. The last row of what is packed
   * together may be shorter (TransformerLens drops it).
   */
  public static SequenceLayout packed(int contextLength, int bos, int separator) {
    if (separator < 0) {
      throw new IllegalArgumentException("packing needs a separator, found " + separator);
    }
    return new SequenceLayout(contextLength, bos, separator);
  }

  /** Each document cut by itself; the last row of each may be shorter. */
  public static SequenceLayout byDocument(int contextLength, int bos) {
    return new SequenceLayout(contextLength, bos, NONE);
  }

  boolean packs() {
    return separator != NONE;
  }
}
