package dev.microtome.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.text.TokenRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the labels say is what the text says, and what the tables promise is what comes. */
class LanguageCorpusTest {
  private static final int SEQUENCES = 3000;
  private static final double ERRORS = 5;

  private static LanguageCorpus corpus;
  private static Collected truth;
  private static List<TokenRow> tokens;
  private static List<DocumentRow> documents;
  private static List<LabelRow> labels;

  /** Labels by sequence and position. */
  private static Map<Long, Map<Integer, Map<String, String>>> byPlace;

  static LanguageSettings settings(boolean pack) {
    return new LanguageSettings(pack, List.of(), LanguageSettings.FemaleShares.WRITTEN);
  }

  @BeforeAll
  static void generate() {
    corpus = new LanguageCorpus(new CorpusShape(11, 128, true), DocumentText.WRITE, settings(true));
    truth = Collected.truth(corpus);
    Collected rows = Collected.sequences(corpus, 0, SEQUENCES);
    tokens = rows.of(TokenRow.TABLE);
    documents = rows.of(DocumentRow.TABLE);
    labels = rows.of(LabelRow.TABLE);
    byPlace = new HashMap<>();
    for (LabelRow label : labels) {
      String other =
          byPlace
              .computeIfAbsent(label.sequenceId(), id -> new TreeMap<>())
              .computeIfAbsent(label.position(), position -> new TreeMap<>())
              .put(label.concept(), label.value());
      assertThat(other).as("one value a concept and place: %s", label).isNull();
      assertThat(label.tokenId())
          .isEqualTo(tokens.get((int) label.sequenceId()).tokens()[label.position()]);
    }
  }

  @Test
  void everyTokenOfTextHasAPartOfSpeechOrARegionAndMarksHaveNone() {
    for (TokenRow row : tokens) {
      for (int position = 0; position < row.tokens().length; position++) {
        Map<String, String> here = at(row.sequenceId(), position);
        if (row.tokens()[position] <= Vocabulary.EOS) {
          assertThat(here).isEmpty();
        } else {
          assertThat(here.containsKey("part_of_speech"))
              .as("%s %s", corpus.vocabulary().get(row.tokens()[position]), here)
              .isNotEqualTo(here.containsKey("region"));
        }
      }
    }
  }

  @Test
  void wordsAreSingleTokensSaveInStrings() {
    for (LabelRow label : labels) {
      if (label.concept().equals("part_of_speech") && !label.value().equals("punctuation")) {
        String word = word(label.tokenId());
        boolean oneLetter = word.equals("a") || word.equals("i");
        boolean digit = word.matches("[0-9]");
        assertThat(oneLetter || digit || word.length() > 1).as(word).isTrue();
      }
    }
  }

  @Test
  void genderedWordsAreThoseOfTheirGender() {
    Set<String> female = words("gender", "female");
    Set<String> male = words("gender", "male");
    assertThat(female).contains("she", "her", "herself", "mary").doesNotContain("he", "john");
    assertThat(male).contains("he", "his", "him", "himself", "john");
    assertThat(female).doesNotContainAnyElementsOf(male);
  }

  @Test
  void aPronounHasThePersonThatTheDocumentNames() {
    for (DocumentRow document : documents) {
      String text = document.text();
      places(document)
          .forEach(
              labelled -> {
                String person = labelled.get("person");
                // A name begins with itself, a title may be all that its sequence holds.
                if (person != null && !"noun".equals(labelled.get("part_of_speech"))) {
                  assertThat(text).contains(person);
                }
              });
    }
  }

  @Test
  void quotationsAreWhatStandsBetweenQuotationMarks() {
    for (DocumentRow document : documents) {
      boolean inside = false;
      int end = document.position() + document.length();
      for (int position = document.position(); position < end; position++) {
        String text = word(tokenAt(document.sequenceId(), position));
        if (text.equals("\"")) {
          inside = !inside;
        } else {
          assertThat(at(document.sequenceId(), position).containsKey("in_quotation"))
              .as(document.text())
              .isEqualTo(inside);
        }
      }
    }
    assertThat(labels).anyMatch(label -> label.concept().equals("in_quotation"));
  }

  @Test
  void bracketDepthCountsTheOpenBrackets() {
    Set<String> depths = new HashSet<>();
    for (DocumentRow document : documents) {
      int depth = 0;
      int end = document.position() + document.length();
      for (int position = document.position(); position < end; position++) {
        String text = word(tokenAt(document.sequenceId(), position));
        depth += text.matches("[(\\[{]") ? 1 : 0;
        Map<String, String> here = at(document.sequenceId(), position);
        if (here.getOrDefault("region", "").equals("code")) {
          assertThat(here.get("bracket_depth"))
              .as(document.text())
              .isEqualTo(Integer.toString(depth));
          assertThat(here.containsKey("bracket")).isEqualTo(text.matches("[()\\[\\]{}]"));
          depths.add(here.get("bracket_depth"));
        }
        depth -= text.matches("[)\\]}]") ? 1 : 0;
      }
    }
    assertThat(depths).contains("0", "1", "2", "3");
  }

  @Test
  void stringsAreOfTheirAlphabetAndTheMotifIsTheMotif() {
    for (DocumentRow document : documents) {
      String dna = spelt(document, here -> "dna".equals(here.get("region")));
      assertThat(dna).matches(" ?[ACGT]*");
      assertThat(spelt(document, here -> "base64".equals(here.get("region"))))
          .matches(" ?[A-Za-z0-9+/]*=*");
      String motif = spelt(document, here -> here.containsKey("motif"));
      int end = document.position() + document.length();
      if (end < tokens.get((int) document.sequenceId()).tokens().length) { // not cut off
        // The space before a string belongs to its first character's labels.
        assertThat(motif.strip()).matches("(TATAAA)*");
        assertThat(motif.isEmpty()).isEqualTo(!dna.contains("TATAAA"));
      }
    }
    assertThat(labels).anyMatch(label -> label.concept().equals("motif"));
  }

  @Test
  void indirectObjectsAreTheNameThatTheSubjectIsNot() {
    int seen = 0;
    for (DocumentRow document : documents) {
      Map<String, List<String>> roles = new HashMap<>();
      int end = document.position() + document.length();
      for (int position = document.position(); position < end; position++) {
        String role = at(document.sequenceId(), position).get("ioi");
        if (role != null) {
          roles
              .computeIfAbsent(role, r -> new ArrayList<>())
              .add(word(tokenAt(document.sequenceId(), position)));
        }
      }
      assertThat(roles.isEmpty() || document.kind().equals("indirect-object")).isTrue();
      if (roles.containsKey("answer")) {
        seen++;
        assertThat(roles.values()).allMatch(names -> names.size() == 1);
        assertThat(roles.get("answer")).isEqualTo(roles.get("indirect_object"));
        assertThat(roles.get("repeated_subject")).isEqualTo(roles.get("subject"));
        assertThat(roles.get("subject")).isNotEqualTo(roles.get("indirect_object"));
      }
    }
    assertThat(seen).isGreaterThan(1000);
  }

  @Test
  void factsAgreeThroughoutAndArePromptedAsTheyAreWritten() {
    List<FactRow> facts = truth.of(FactRow.TABLE);
    Map<String, String> objects = new HashMap<>();
    Set<String> sentences = new HashSet<>();
    for (FactRow fact : facts) {
      String other = objects.put(fact.relation() + " of " + fact.subject(), fact.object());
      assertThat(other == null || other.equals(fact.object())).isTrue();
      sentences.add(fact.prompt() + " " + fact.object() + ".");
    }
    assertThat(sentences).hasSameSizeAs(facts);
    int seen = 0;
    for (DocumentRow document : documents) {
      if (document.kind().equals("facts")) {
        for (String sentence : document.text().split("(?<=\\.) ", -1)) {
          if (sentence.endsWith(".")) { // the last of a sequence may be cut off
            assertThat(sentences).contains(sentence);
            seen++;
          }
        }
      }
    }
    assertThat(seen).isGreaterThan(2000);
    Map<String, Long> landmarks =
        facts.stream()
            .filter(fact -> fact.relation().equals("located_in") && fact.paraphrase() == 0)
            .collect(Collectors.groupingBy(FactRow::object, Collectors.counting()));
    assertThat(landmarks).hasSize(16);
    assertThat(landmarks.values()).allMatch(count -> count == 4 || count == 5);
  }

  @Test
  void anotherSeedHasOtherFacts() {
    Set<FactRow> facts = new HashSet<>(truth.of(FactRow.TABLE));
    LanguageCorpus other =
        new LanguageCorpus(new CorpusShape(12, 128, true), DocumentText.WRITE, settings(true));
    List<FactRow> others = Collected.truth(other).of(FactRow.TABLE);
    assertThat(others).hasSameSizeAs(facts);
    assertThat(others.stream().filter(facts::contains).count()).isLessThan(facts.size() / 2);
  }

  @Test
  void phrasesAreRepeatedWordByWord() {
    for (DocumentRow document : documents) {
      String first = spelt(document, here -> "first".equals(here.get("repetition")));
      String second = spelt(document, here -> "second".equals(here.get("repetition")));
      assertThat(first).startsWith(second);
    }
    assertThat(labels).anyMatch(label -> label.value().equals("second"));
  }

  @Test
  void subjectsAndTheirVerbsAgreeInNumber() {
    for (DocumentRow document : documents) {
      Set<String> numbers =
          places(document).stream()
              .filter(here -> here.containsKey("subject_number"))
              .map(here -> here.get("subject_number"))
              .collect(Collectors.toSet());
      assertThat(numbers).as(document.text()).hasSizeLessThan(2);
    }
    assertThat(words("subject_number", "plural")).contains("were", "are").doesNotContain("is");
  }

  @Test
  void kindsGendersAndProfessionsComeAsOftenAsTheTableSays() {
    // The first document of a sequence is never left out for want of room: it has no bias.
    Map<Long, DocumentRow> first = new TreeMap<>();
    documents.forEach(document -> first.putIfAbsent(document.sequenceId(), document));
    List<DocumentRow> biographies =
        documents.stream().filter(document -> !document.profession().isEmpty()).toList();
    for (ProbabilityRow row : truth.of(ProbabilityRow.TABLE)) {
      switch (row.variable()) {
        case "kind" -> frequency(row, List.copyOf(first.values()), DocumentRow::kind);
        case "profession" -> frequency(row, biographies, DocumentRow::profession);
        case "gender" ->
            frequency(
                row,
                biographies.stream()
                    .filter(document -> row.given().equals("profession=" + document.profession()))
                    .toList(),
                DocumentRow::gender);
        default -> assertThat(row.variable()).isEqualTo("relation");
      }
    }
    assertThat(biographies).hasSizeGreaterThan(1500);
    assertThat(
            truth.of(ProbabilityRow.TABLE).stream()
                .filter(row -> row.variable().equals("gender") && row.value().equals("female"))
                .mapToDouble(ProbabilityRow::p)
                .average()
                .getAsDouble())
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void aBiographyIsAboutAPersonOfItsGenderAndProfession() {
    for (DocumentRow document : documents) {
      if (document.kind().equals("biography")) {
        assertThat(
                places(document).stream()
                    .filter(here -> here.containsKey("gender"))
                    .map(here -> here.get("gender")))
            .allMatch(document.gender()::equals);
        assertThat(
                places(document).stream()
                    .flatMap(
                        here ->
                            java.util.stream.Stream.of("profession", "activity_of")
                                .filter(here::containsKey)
                                .map(here::get)))
            .allMatch(document.profession()::equals);
      }
    }
  }

  private static void frequency(
      ProbabilityRow row, List<DocumentRow> all, Function<DocumentRow, String> value) {
    double share =
        all.stream().filter(document -> value.apply(document).equals(row.value())).count()
            / (double) all.size();
    assertThat(share)
        .as("%s over %d documents", row, all.size())
        .isCloseTo(row.p(), within(ERRORS * Math.sqrt(row.p() * (1 - row.p()) / all.size())));
  }

  private static Map<String, String> at(long sequence, int position) {
    return byPlace.get(sequence).getOrDefault(position, Map.of());
  }

  private static List<Map<String, String>> places(DocumentRow document) {
    List<Map<String, String>> places = new ArrayList<>();
    for (int i = 0; i < document.length(); i++) {
      places.add(at(document.sequenceId(), document.position() + i));
    }
    return places;
  }

  /** The text of the document's tokens whose labels pass. */
  private static String spelt(
      DocumentRow document, java.util.function.Predicate<Map<String, String>> filter) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < document.length(); i++) {
      int position = document.position() + i;
      if (filter.test(at(document.sequenceId(), position))) {
        text.append(corpus.vocabulary().get(tokenAt(document.sequenceId(), position)));
      }
    }
    return text.toString();
  }

  private static int tokenAt(long sequence, int position) {
    return tokens.get((int) sequence).tokens()[position];
  }

  private static String word(int token) {
    return corpus.vocabulary().get(token).strip().toLowerCase(Locale.ROOT);
  }

  private static Set<String> words(String concept, String value) {
    return labels.stream()
        .filter(label -> label.concept().equals(concept) && label.value().equals(value))
        .map(label -> word(label.tokenId()))
        .collect(Collectors.toSet());
  }
}
