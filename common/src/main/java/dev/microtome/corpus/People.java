package dev.microtome.corpus;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Persons: a profession is drawn uniformly, then a gender with the profession's probability, then a
 * name. A person's forms are the name, the words that agree with the gender, and what those of the
 * profession are called and do.
 */
final class People implements EntityType {
  static final String FEMALE = "female";
  static final String MALE = "male";

  private static final double LEAST_SHARE = 0.05;

  private final List<String> professions;
  private final Map<String, Double> femaleShares = new HashMap<>();
  private final Map<String, List<Entity>> byGenderAndProfession = new HashMap<>();

  People(
      Config config,
      long seed,
      LanguageSettings.FemaleShares shares,
      PartsOfSpeech partsOfSpeech,
      Vocabulary vocabulary) {
    professions = List.copyOf(new TreeSet<>(config.getConfig("professions").root().keySet()));
    Map<String, Map<String, List<Phrase>>> professionForms = new HashMap<>();
    Draws drawn = Draws.of(seed, "female shares");
    for (String profession : professions) {
      Config own = config.getConfig("professions").getConfig(profession);
      femaleShares.put(
          profession,
          switch (shares) {
            case WRITTEN -> own.getDouble(FEMALE);
            case DRAWN -> LEAST_SHARE + (1 - 2 * LEAST_SHARE) * drawn.unit();
          });
      professionForms.put(
          profession,
          professionForms(profession, own.getStringList("work"), partsOfSpeech, vocabulary));
    }
    for (String gender : List.of(FEMALE, MALE)) {
      for (String name : config.getStringList("names." + gender)) {
        Map<String, List<Phrase>> own = personForms(config, gender, name, vocabulary);
        for (String profession : professions) {
          Map<String, List<Phrase>> forms = new HashMap<>(own);
          forms.putAll(professionForms.get(profession));
          byGenderAndProfession
              .computeIfAbsent(gender + " " + profession, key -> new ArrayList<>())
              .add(new Entity(name, gender, profession, Map.copyOf(forms)));
        }
      }
    }
  }

  @Override
  public Entity draw(Draws draws) {
    String profession = draws.pick(professions);
    String gender = draws.unit() < femaleShares.get(profession) ? FEMALE : MALE;
    return draws.pick(byGenderAndProfession.get(gender + " " + profession));
  }

  /** What is drawn with which probability. */
  List<ProbabilityRow> probabilities() {
    List<ProbabilityRow> rows = new ArrayList<>();
    for (String profession : professions) {
      double female = femaleShares.get(profession);
      String given = "profession=" + profession;
      rows.add(new ProbabilityRow("profession", "", profession, 1.0 / professions.size()));
      rows.add(new ProbabilityRow("gender", given, FEMALE, female));
      rows.add(new ProbabilityRow("gender", given, MALE, 1 - female));
    }
    return rows;
  }

  private static Map<String, List<Phrase>> professionForms(
      String profession, List<String> work, PartsOfSpeech partsOfSpeech, Vocabulary vocabulary) {
    Phrase.Piece noun =
        Phrase.Piece.of(
            profession, PartsOfSpeech.label("noun"), new Label("profession", profession));
    Phrase.Piece spacedNoun =
        new Phrase.Piece(" " + profession, noun.labels(), Phrase.Spelling.WORDS);
    Phrase.Piece article =
        Phrase.Piece.of(Nouns.article(profession), PartsOfSpeech.label("determiner"));
    return Map.of(
        "profession", List.of(Phrase.of(vocabulary, List.of(noun))),
        "a-profession", List.of(Phrase.of(vocabulary, List.of(article, spacedNoun))),
        "work",
            work.stream()
                .map(text -> partsOfSpeech.phrase(text, new Label("activity_of", profession)))
                .toList());
  }

  private static Map<String, List<Phrase>> personForms(
      Config config, String gender, String name, Vocabulary vocabulary) {
    Label genderLabel = new Label("gender", gender);
    Label person = new Label("person", name);
    Map<String, List<Phrase>> forms = new HashMap<>();
    forms.put(
        Entity.PLAIN,
        List.of(
            Phrase.of(
                vocabulary,
                name,
                PartsOfSpeech.label("proper_noun"),
                new Label("semantic_class", "person"),
                genderLabel,
                person)));
    Config words = config.getConfig("forms").getConfig(gender);
    for (String form : new TreeSet<>(words.root().keySet())) {
      String part = config.getConfig("form-tags").getString(form);
      forms.put(
          form,
          List.of(
              Phrase.of(
                  vocabulary,
                  words.getString(form),
                  PartsOfSpeech.label(part),
                  genderLabel,
                  person)));
    }
    return forms;
  }
}
