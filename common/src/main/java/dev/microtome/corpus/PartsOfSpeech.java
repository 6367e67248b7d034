package dev.microtome.corpus;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The part of speech of every word that stands in a template. */
final class PartsOfSpeech {
  static final String CONCEPT = "part_of_speech";

  private final Vocabulary vocabulary;
  private final Map<String, String> byWord = new HashMap<>();

  /**
   * @param lists words by part of speech
   */
  PartsOfSpeech(Config lists, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    for (String part : lists.root().keySet()) {
      for (String word : lists.getStringList(part)) {
        String other = byWord.put(word, part);
        if (other != null) {
          throw new IllegalArgumentException(
              "parts-of-speech: '" + word + "' stands twice, as " + other + " and " + part);
        }
      }
    }
  }

  static Label label(String part) {
    return new Label(CONCEPT, part);
  }

  /** Words as they stand, each with its part of speech and these labels. */
  Phrase phrase(String text, Label... more) {
    List<Phrase.Piece> pieces = new ArrayList<>();
    for (String chunk : Vocabulary.chunks(text)) {
      List<Label> labels = new ArrayList<>(List.of(label(of(chunk.strip()))));
      labels.addAll(List.of(more));
      pieces.add(new Phrase.Piece(chunk, List.copyOf(labels), Phrase.Spelling.WORDS));
    }
    return Phrase.of(vocabulary, pieces);
  }

  private String of(String word) {
    if (!Character.isLetterOrDigit(word.charAt(0))) {
      return "punctuation";
    }
    String part = byWord.get(word.toLowerCase(Locale.ROOT));
    if (part == null) {
      throw new IllegalArgumentException("parts-of-speech: '" + word + "' is missing");
    }
    return part;
  }
}
