package dev.microtome.text;

/**
 * What happens to the tokens that mark rather than spell, such as {@code <s>} and {@code [CLS]}.
 */
public enum SpecialTokens {
  /** Encoding adds those of the tokenizer's own template; decoding writes them out. */
  INCLUDE,
  /**
   * Encoding adds none; decoding leaves them out. One that stands in the text is still read as that
   * token.
   */
  EXCLUDE
}
