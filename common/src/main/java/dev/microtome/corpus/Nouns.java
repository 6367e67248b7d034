package dev.microtome.corpus;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Entities that are plain words: common nouns with their plurals, adjectives. */
final class Nouns {
  private Nouns() {}

  /**
   * {@code a} or {@code an}; no word of the language begins with a silent or a spoken exception.
   */
  static String article(String word) {
    return "aeiou".indexOf(word.charAt(0)) >= 0 ? "an" : "a";
  }

  /** The types of the groups {@code nouns} and {@code adjectives}, and the feelings. */
  static Map<String, List<Entity>> read(Config config, Vocabulary vocabulary) {
    Map<String, List<Entity>> types = new HashMap<>();
    for (String type : new TreeSet<>(config.getConfig("nouns").root().keySet())) {
      Config plurals = config.getConfig("nouns").getConfig(type);
      List<Entity> entities = new ArrayList<>();
      for (String word : new TreeSet<>(plurals.root().keySet())) {
        entities.add(noun(type, word, plurals.getString(word), vocabulary));
      }
      types.put(type, entities);
    }
    Config adjectives = config.getConfig("adjectives");
    for (String type : new TreeSet<>(adjectives.root().keySet())) {
      types.put(
          type,
          adjectives.getStringList(type).stream()
              .map(word -> adjective(type, word, vocabulary))
              .toList());
    }
    return types;
  }

  private static Entity noun(String type, String word, String plural, Vocabulary vocabulary) {
    Label part = PartsOfSpeech.label("noun");
    Label semantic = new Label("semantic_class", type);
    Label one = new Label("grammatical_number", "singular");
    Label many = new Label("grammatical_number", "plural");
    return new Entity(
        word,
        "",
        "",
        Map.of(
            Entity.PLAIN,
            List.of(Phrase.of(vocabulary, word, part, semantic, one)),
            "plural",
            List.of(Phrase.of(vocabulary, plural, part, semantic, many)),
            "a",
            List.of(withArticle(word, vocabulary, part, semantic, one))));
  }

  private static Entity adjective(String type, String word, Vocabulary vocabulary) {
    Label part = PartsOfSpeech.label("adjective");
    Label semantic = new Label("semantic_class", type);
    return new Entity(
        word,
        "",
        "",
        Map.of(
            Entity.PLAIN,
            List.of(Phrase.of(vocabulary, word, part, semantic)),
            "a",
            List.of(withArticle(word, vocabulary, part, semantic))));
  }

  private static Phrase withArticle(String word, Vocabulary vocabulary, Label... labels) {
    return Phrase.of(
        vocabulary,
        List.of(
            Phrase.Piece.of(article(word), PartsOfSpeech.label("determiner")),
            Phrase.Piece.of(" " + word, labels)));
  }
}
