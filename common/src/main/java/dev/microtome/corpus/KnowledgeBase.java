package dev.microtome.corpus;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Facts that every document of a corpus agrees on. The seed decides which object each subject has;
 * objects are used equally often, as far as the numbers allow.
 */
final class KnowledgeBase {
  private final Map<String, List<Entity>> entities = new HashMap<>();
  private final List<List<Entity>> sentences = new ArrayList<>(); // [relation]
  private final List<String> relations = new ArrayList<>();
  private final List<FactRow> facts = new ArrayList<>();
  private final Vocabulary vocabulary;

  KnowledgeBase(Config config, long seed, PartsOfSpeech partsOfSpeech, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    for (String type : new TreeSet<>(config.getConfig("entities").root().keySet())) {
      entities.put(type, entities(config, type));
    }
    for (String key : new TreeSet<>(config.getConfig("relations").root().keySet())) {
      relation(key, config.getConfig("relations").getConfig(key), seed, partsOfSpeech);
    }
  }

  /** Entities by type. */
  Map<String, List<Entity>> entities() {
    return entities;
  }

  List<FactRow> facts() {
    return facts;
  }

  List<String> relations() {
    return relations;
  }

  /** A whole sentence that states a fact: relation, subject and words are drawn in this order. */
  Entity sentence(Draws draws) {
    return draws.pick(draws.pick(sentences));
  }

  private List<Entity> entities(Config config, String type) {
    List<String> names = List.of("");
    for (Object list : config.getConfig("entities").getList(type).unwrapped()) {
      List<String> longer = new ArrayList<>();
      for (String name : names) {
        for (Object word : (List<?>) list) {
          longer.add((name + " " + word).strip());
        }
      }
      names = longer;
    }
    String part = type.equals("product") ? "noun" : "proper_noun";
    return names.stream()
        .map(
            name ->
                Entity.of(
                    name,
                    Phrase.of(
                        vocabulary,
                        name,
                        PartsOfSpeech.label(part),
                        new Label("semantic_class", type),
                        new Label("entity", name))))
        .toList();
  }

  private void relation(String key, Config relation, long seed, PartsOfSpeech partsOfSpeech) {
    String name = key.replace('-', '_');
    List<Entity> subjects = entities.get(relation.getString("subject"));
    List<Entity> objects = entities.get(relation.getString("object"));
    List<String> prompts = relation.getStringList("prompts");
    List<Entity> stated = new ArrayList<>();
    Draws draws = Draws.of(seed, "facts " + name);
    int[] order = draws.sample(subjects.size(), subjects.size());
    for (int i = 0; i < subjects.size(); i++) {
      Entity subject = subjects.get(i);
      Entity object = objects.get(order[i] % objects.size());
      Map<String, Entity> scene = Map.of("s", subject, "o", object);
      for (int paraphrase = 0; paraphrase < prompts.size(); paraphrase++) {
        String prompt = prompts.get(paraphrase).replace("{s}", "{s:fact_role=subject}");
        String sentence = "[fact=" + name + "|" + prompt + " {o:fact_role=object}.]";
        stated.add(
            Entity.of(
                subject.name() + " " + name + " " + paraphrase,
                Template.parse(sentence, partsOfSpeech).phrase(scene, draws)));
        int[] words =
            Template.parse(prompt, partsOfSpeech)
                .phrase(scene, draws)
                .bare()
                .tokens(Integer.MAX_VALUE);
        facts.add(
            new FactRow(
                subject.name(),
                name,
                object.name(),
                paraphrase,
                vocabulary.text(words, 0, words.length)));
      }
    }
    relations.add(name);
    sentences.add(stated);
  }
}
