package dev.microtome.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.table.TableSpec;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.TokenRow;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every kind of corpus. */
class GeneratedCorpusLawsTest {
  private static final int CONTEXT = 96;
  private static final int SEQUENCES = 60;

  @FunctionalInterface
  private interface Kind {
    GeneratedCorpus of(CorpusShape shape);
  }

  private static final Kind INDUCTION =
      shape ->
          new InductionCorpus(shape, DocumentText.WRITE, new InductionSettings(512, 4, 24, 0.5, 0));
  private static final Kind BIGRAM =
      shape -> new BigramCorpus(shape, DocumentText.WRITE, new BigramSettings(64, 2));
  private static final Kind SKIP_TRIGRAM =
      shape ->
          new SkipTrigramCorpus(
              shape, DocumentText.WRITE, new SkipTrigramSettings(64, 6, 4, 0.9, 0.08, 0.2));
  private static final Kind PACKED =
      shape -> new LanguageCorpus(shape, DocumentText.WRITE, LanguageCorpusTest.settings(true));
  private static final Kind SINGLE =
      shape -> new LanguageCorpus(shape, DocumentText.WRITE, LanguageCorpusTest.settings(false));

  static Stream<Arguments> kinds() {
    return Stream.of(
            Arguments.of("induction", INDUCTION),
            Arguments.of("bigram", BIGRAM),
            Arguments.of("skip-trigram", SKIP_TRIGRAM),
            Arguments.of("language, packed", PACKED),
            Arguments.of("language, a document a sequence", SINGLE))
        .flatMap(
            kind ->
                Stream.of(true, false).map(bos -> Arguments.of(kind.get()[0], bos, kind.get()[1])));
  }

  @ParameterizedTest(name = "{0}, BOS {1}")
  @MethodSource("kinds")
  void rowsAreTheSameHoweverTheSequencesAreCut(String name, boolean bos, Kind kind) {
    CorpusShape shape = new CorpusShape(7, CONTEXT, bos);
    Collected whole = Collected.sequences(kind.of(shape), 0, SEQUENCES);
    for (TableSpec<?> table : GeneratedCorpus.tables()) {
      List<String> cut = new ArrayList<>();
      for (int from = 0; from < SEQUENCES; from += 23) {
        int to = Math.min(SEQUENCES, from + 23);
        cut.addAll(shown(Collected.sequences(kind.of(shape), from, to), table));
      }
      assertThat(cut).as(table.name()).isEqualTo(shown(whole, table));
    }
    assertThat(whole.of(TokenRow.TABLE)).hasSize(SEQUENCES);
  }

  @ParameterizedTest(name = "{0}, BOS {1}")
  @MethodSource("kinds")
  void anotherSeedGivesOtherTokensOfTheSameVocabulary(String name, boolean bos, Kind kind) {
    GeneratedCorpus one = kind.of(new CorpusShape(7, CONTEXT, bos));
    GeneratedCorpus other = kind.of(new CorpusShape(8, CONTEXT, bos));
    assertThat(other.tokenizerJson()).isEqualTo(one.tokenizerJson());
    List<String> tokens = shown(Collected.sequences(one, 0, SEQUENCES), TokenRow.TABLE);
    List<String> others = shown(Collected.sequences(other, 0, SEQUENCES), TokenRow.TABLE);
    assertThat(tokens).doesNotContainAnyElementsOf(others).doesNotHaveDuplicates();
  }

  @ParameterizedTest(name = "{0}, BOS {1}")
  @MethodSource("kinds")
  void sequencesBeginWithBosAndFillTheContext(String name, boolean bos, Kind kind) {
    GeneratedCorpus corpus = kind.of(new CorpusShape(7, CONTEXT, bos));
    for (TokenRow row : Collected.sequences(corpus, 0, SEQUENCES).of(TokenRow.TABLE)) {
      if (name.endsWith("a sequence")) {
        assertThat(row.tokens().length).isBetween(5, CONTEXT);
      } else {
        assertThat(row.tokens()).hasSize(CONTEXT);
      }
      assertThat(row.tokens()[0] == CorpusShape.BOS).isEqualTo(bos);
      assertThat(Arrays.stream(row.tokens()).skip(1))
          .allMatch(token -> token > 0 && token < corpus.vocabulary().size());
    }
  }

  @ParameterizedTest(name = "{0}, BOS {1}")
  @MethodSource("kinds")
  void theTokenizerReadsTheTextAsTheTokensAndWritesItAgain(
      String name, boolean bos, Kind kind, @TempDir Path folder) throws IOException {
    GeneratedCorpus corpus = kind.of(new CorpusShape(7, CONTEXT, bos));
    Path file = Files.writeString(folder.resolve("tokenizer.json"), corpus.tokenizerJson());
    Collected rows = Collected.sequences(corpus, 0, 120);
    List<TokenRow> tokens = rows.of(TokenRow.TABLE);
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(corpus.vocabulary().size());
      assertThat(tokenizer.bos()).hasValue(CorpusShape.BOS);
      for (DocumentRow document : rows.of(DocumentRow.TABLE)) {
        int[] own =
            Arrays.copyOfRange(
                tokens.get((int) document.sequenceId()).tokens(),
                document.position(),
                document.position() + document.length());
        assertThat(tokenizer.encode(document.text(), SpecialTokens.EXCLUDE))
            .as(document.text())
            .isEqualTo(own);
        assertThat(tokenizer.decode(own, SpecialTokens.EXCLUDE)).isEqualTo(document.text());
      }
    }
  }

  @ParameterizedTest(name = "{0}, BOS {1}")
  @MethodSource("kinds")
  void theVocabularyTableHasEveryTokenOnce(String name, boolean bos, Kind kind) {
    GeneratedCorpus corpus = kind.of(new CorpusShape(7, CONTEXT, bos));
    List<VocabularyRow> rows = Collected.truth(corpus).of(VocabularyRow.TABLE);
    assertThat(rows.stream().map(VocabularyRow::token)).isEqualTo(corpus.vocabulary());
    assertThat(new HashSet<>(corpus.vocabulary())).hasSameSizeAs(corpus.vocabulary());
    for (int id = 0; id < rows.size(); id++) {
      assertThat(rows.get(id).tokenId()).isEqualTo(id);
    }
  }

  private static List<String> shown(Collected rows, TableSpec<?> table) {
    return rows.of(table).stream().map(GeneratedCorpusLawsTest::shown).toList();
  }

  private static String shown(Record row) {
    return row instanceof TokenRow tokens
        ? tokens.document() + Arrays.toString(tokens.tokens())
        : row.toString();
  }
}
