package dev.microtome.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.config.ConfigException;
import dev.microtome.corpus.LanguageSettings.FemaleShares;
import dev.microtome.run.Digest;
import dev.microtome.text.TokenRow;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Documents with a known bias between gender and profession, and without the profession's name. */
class ProfilesTest {
  private static final CorpusShape SHAPE = new CorpusShape(5, 128, true);
  private static final int SEQUENCES = 6000;

  private static Map<String, Double> shares;
  private static List<DocumentRow> profiles;

  @BeforeAll
  static void generate() {
    LanguageCorpus corpus = corpus(SHAPE, List.of("profile"), FemaleShares.DRAWN);
    shares = shares(corpus);
    profiles = Collected.sequences(corpus, 0, SEQUENCES).of(DocumentRow.TABLE);
  }

  private static LanguageCorpus corpus(
      CorpusShape shape, List<String> documents, FemaleShares shares) {
    return new LanguageCorpus(
        shape, DocumentText.WRITE, new LanguageSettings(false, documents, shares));
  }

  private static Map<String, Double> shares(LanguageCorpus corpus) {
    return Collected.truth(corpus).of(ProbabilityRow.TABLE).stream()
        .filter(row -> row.variable().equals("gender") && row.value().equals("female"))
        .collect(
            Collectors.toMap(row -> row.given().replace("profession=", ""), ProbabilityRow::p));
  }

  @Test
  void womenAreAsManyAsTheTableSays() {
    assertThat(shares).hasSize(21);
    assertThat(shares.values()).allMatch(share -> share >= 0.05 && share <= 0.95);
    assertThat(shares.values()).anyMatch(share -> share < 0.3).anyMatch(share -> share > 0.7);
    Map<String, List<DocumentRow>> byProfession =
        profiles.stream().collect(Collectors.groupingBy(DocumentRow::profession));
    byProfession.forEach(
        (profession, rows) -> {
          double women =
              rows.stream().filter(row -> row.gender().equals("female")).count()
                  / (double) rows.size();
          // Four standard errors of about 286 documents.
          assertThat(women).as(profession).isCloseTo(shares.get(profession), within(0.12));
        });
  }

  @Test
  void sharesAreTheSeedsAndThoseWrittenTheLanguages() {
    assertThat(shares(corpus(SHAPE, List.of(), FemaleShares.DRAWN))).isEqualTo(shares);
    assertThat(shares(corpus(new CorpusShape(6, 128, true), List.of(), FemaleShares.DRAWN)))
        .isNotEqualTo(shares);
    assertThat(shares(corpus(SHAPE, List.of(), FemaleShares.WRITTEN)))
        .containsEntry("nurse", 0.9)
        .containsEntry("pilot", 0.1);
  }

  @Test
  void profilesNameNoProfessionAndSayWhatOthersDoToo() {
    Map<String, Map<String, Integer>> professions = new HashMap<>();
    for (DocumentRow profile : profiles) {
      assertThat(profile.kind()).isEqualTo("profile");
      assertThat(profile.text()).doesNotContainPattern("\\b" + profile.profession() + "\\b");
      for (String sentence : profile.text().split("\\. ", -1)) {
        String work =
            sentence.replace(".", "").replaceFirst("^.*?\\b(She|He|she|he) (often )?", "");
        professions
            .computeIfAbsent(work, unused -> new HashMap<>())
            .merge(profile.profession(), 1, Integer::sum);
      }
    }
    Map<String, Integer> wounds = professions.get("treats wounds");
    int nurses = wounds.get("nurse");
    int all = wounds.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(wounds).hasSizeGreaterThan(10);
    assertThat((double) nurses / all).isBetween(0.5, 0.75); // 3/5 and a share of the others
  }

  @Test
  void aProfileIsDrawnOnRequestAndChangesNoVocabulary() {
    LanguageCorpus usual = corpus(SHAPE, List.of(), FemaleShares.WRITTEN);
    LanguageCorpus asked = corpus(SHAPE, List.of("profile", "dna"), FemaleShares.WRITTEN);
    assertThat(asked.vocabulary()).isEqualTo(usual.vocabulary());
    assertThat(asked.tokenizerJson()).isEqualTo(usual.tokenizerJson());
    assertThat(kinds(usual)).hasSize(10).doesNotContainKey("profile");
    assertThat(kinds(asked)).containsOnlyKeys("profile", "dna");
    assertThat(kinds(asked).get("profile")).isCloseTo(20.0 / 23, within(1e-12)); // rounding
  }

  /** Taken of a run from before there were profiles. */
  @Test
  void corporaOfBeforeAreTheSame() {
    LanguageCorpus corpus =
        new LanguageCorpus(
            new CorpusShape(1, 128, true), DocumentText.OMIT, LanguageCorpusTest.settings(true));
    StringBuilder tokens = new StringBuilder();
    for (TokenRow row : Collected.sequences(corpus, 0, 100).of(TokenRow.TABLE)) {
      tokens
          .append(
              Arrays.stream(row.tokens())
                  .mapToObj(Integer::toString)
                  .collect(Collectors.joining(" ")))
          .append('\n');
    }
    assertThat(Digest.of(tokens.toString()))
        .isEqualTo("f9dc77ce8fe1abf546c321494ce83511b82e19055482eb072bf5911961a6325c");
  }

  private static Map<String, Double> kinds(LanguageCorpus corpus) {
    return Collected.truth(corpus).of(ProbabilityRow.TABLE).stream()
        .filter(row -> row.variable().equals("kind"))
        .collect(Collectors.toMap(ProbabilityRow::value, ProbabilityRow::p));
  }

  @Test
  void unknownKindsAreRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> new LanguageSettings(true, List.of("poem"), FemaleShares.WRITTEN))
        .withMessageContaining("documents: invalid value poem: must be one of [agreement, base64");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> new LanguageSettings(true, List.of("dna", "dna"), FemaleShares.WRITTEN))
        .withMessageContaining("names a kind twice");
  }
}
