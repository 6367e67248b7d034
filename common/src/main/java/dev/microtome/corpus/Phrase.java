package dev.microtome.corpus;

import java.util.List;

/**
 * Labelled words in two spellings, since the space before a word is part of its token.
 *
 * @param spaced as after a space
 * @param bare as at the beginning of a document or after a quotation mark
 */
record Phrase(LabelledTokens spaced, LabelledTokens bare) {
  /**
   * A stretch of text whose tokens have the same labels. A piece must end where a chunk of {@link
   * Vocabulary#PATTERN} does, unless it is spelt.
   */
  record Piece(String text, List<Label> labels, Spelling spelling) {
    static Piece of(String text, Label... labels) {
      return new Piece(text, List.of(labels), Spelling.WORDS);
    }
  }

  /** How a piece becomes tokens. */
  enum Spelling {
    /** Words of the vocabulary where they are there. */
    WORDS,
    /** Single characters. */
    CHARACTERS
  }

  static Phrase of(Vocabulary vocabulary, List<Piece> pieces) {
    return new Phrase(tokens(vocabulary, pieces, " "), tokens(vocabulary, pieces, ""));
  }

  static Phrase of(Vocabulary vocabulary, String text, Label... labels) {
    return of(vocabulary, List.of(Piece.of(text, labels)));
  }

  private static LabelledTokens tokens(Vocabulary vocabulary, List<Piece> pieces, String before) {
    LabelledTokens result = new LabelledTokens();
    String prefix = before;
    for (Piece piece : pieces) {
      int[] ids =
          piece.spelling() == Spelling.WORDS
              ? vocabulary.ids(prefix + piece.text())
              : vocabulary.spell(prefix + piece.text());
      for (int id : ids) {
        result.add(id, piece.labels());
      }
      prefix = "";
    }
    return result;
  }
}
