package dev.microtome.corpus;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The English-like language, as the resource {@code language.conf} describes it: words, people,
 * facts and kinds of documents. The seed decides the facts, and on request the shares of women in
 * the professions; the vocabulary does not depend on it.
 */
final class Language {
  private final Vocabulary vocabulary = new Vocabulary();
  private final Map<String, EntityType> types = new HashMap<>();
  private final List<DocumentKind> kinds = new ArrayList<>();
  private final AliasTable kindTable;
  private final double[] shares;
  private final People people;
  private final KnowledgeBase knowledge;

  Language(long seed, LanguageSettings settings) {
    Config config = config();
    PartsOfSpeech partsOfSpeech =
        new PartsOfSpeech(config.getConfig("parts-of-speech"), vocabulary);
    people = new People(config, seed, settings.femaleShares(), partsOfSpeech, vocabulary);
    types.put("person", people);
    Map<String, List<Entity>> nouns = Nouns.read(config, vocabulary);
    nouns.forEach((type, entities) -> types.put(type, draws -> draws.pick(entities)));
    List<Entity> feelings =
        config.getStringList("feelings").stream()
            .map(
                word ->
                    Entity.of(
                        word, partsOfSpeech.phrase(word, new Label("semantic_class", "feeling"))))
            .toList();
    types.put("feeling", draws -> draws.pick(feelings));
    types.put("phrase", draws -> wordList(nouns.get("thing"), draws));
    addGenerated(config);
    knowledge = new KnowledgeBase(config, seed, partsOfSpeech, vocabulary);
    knowledge.entities().forEach((type, all) -> types.put(type, draws -> draws.pick(all)));
    types.put("fact", knowledge::sentence);
    for (String name : kinds(config)) {
      // All are read, for the vocabulary does not depend on which are drawn.
      DocumentKind kind =
          new DocumentKind(
              name, config.getConfig("documents").getConfig(name), partsOfSpeech, types.keySet());
      if (settings.documents().isEmpty()
          ? !kind.onRequest()
          : settings.documents().contains(name)) {
        kinds.add(kind);
      }
    }
    vocabulary.close();
    double all = kinds.stream().mapToDouble(DocumentKind::weight).sum();
    shares = kinds.stream().mapToDouble(kind -> kind.weight() / all).toArray();
    kindTable = new AliasTable(shares);
  }

  private static Config config() {
    return ConfigFactory.parseResources(Language.class, "language.conf");
  }

  private static List<String> kinds(Config config) {
    return List.copyOf(new TreeSet<>(config.getConfig("documents").root().keySet()));
  }

  /** Names of all kinds of documents. */
  static List<String> kinds() {
    return kinds(config());
  }

  private void addGenerated(Config config) {
    Numbers numbers = new Numbers(config.getStringList("months"), vocabulary);
    types.put("count", numbers::count);
    types.put("year", numbers::year);
    types.put("date", numbers::date);
    GeneratedStrings strings = new GeneratedStrings(vocabulary);
    types.put("dna", strings::dna);
    types.put("base64", strings::base64);
    types.put("code", new CodeExpressions(config.getStringList("code-names"), vocabulary));
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  List<FactRow> facts() {
    return knowledge.facts();
  }

  GeneratedDocument draw(Draws draws) {
    return kinds.get(kindTable.draw(draws)).draw(draws, types);
  }

  /** What is drawn with known probability. */
  List<ProbabilityRow> probabilities() {
    List<ProbabilityRow> rows = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      rows.add(new ProbabilityRow("kind", "", kinds.get(i).name(), shares[i]));
    }
    rows.addAll(people.probabilities());
    for (String relation : knowledge.relations()) {
      rows.add(
          new ProbabilityRow(
              "relation", "kind=facts", relation, 1.0 / knowledge.relations().size()));
    }
    return rows;
  }

  /** Five to nine different nouns in a row. */
  private static Entity wordList(List<Entity> nouns, Draws draws) {
    LabelledTokens spaced = new LabelledTokens();
    LabelledTokens bare = new LabelledTokens();
    StringBuilder name = new StringBuilder();
    for (int index : draws.sample(draws.between(5, 9), nouns.size())) {
      Phrase word = nouns.get(index).form(Entity.PLAIN, draws);
      bare.addAll(bare.size() == 0 ? word.bare() : word.spaced(), List.of());
      spaced.addAll(word.spaced(), List.of());
      name.append(' ').append(nouns.get(index).name());
    }
    return Entity.of(name.toString(), new Phrase(spaced, bare));
  }
}
