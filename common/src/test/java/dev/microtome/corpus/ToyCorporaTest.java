package dev.microtome.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.config.ConfigException;
import dev.microtome.text.TokenRow;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted in the tokens is what the truth says. Bounds are five standard errors. */
class ToyCorporaTest {
  private static final int CONTEXT = 64;
  private static final int SEQUENCES = 4000;
  private static final double ERRORS = 5;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inductionTruthPointsAtTheSameTokenAfterTheSameToken(boolean bos) {
    InductionCorpus corpus = induction(bos);
    Collected rows = Collected.sequences(corpus, 0, SEQUENCES);
    List<TokenRow> tokens = rows.of(TokenRow.TABLE);
    long predictable = 0;
    for (InductionRow row : rows.of(InductionRow.TABLE)) {
      int[] sequence = tokens.get((int) row.sequenceId()).tokens();
      assertThat(row.tokenId()).isEqualTo(sequence[row.position()]);
      if (row.sourcePosition() >= 0) {
        assertThat(row.sourcePosition()).isBetween(bos ? 1 : 0, row.position() - 1);
        assertThat(sequence[row.sourcePosition()]).isEqualTo(row.tokenId());
      }
      if (row.predictable()) {
        assertThat(sequence[row.sourcePosition() - 1]).isEqualTo(sequence[row.position() - 1]);
        predictable++;
      }
    }
    double share = predictable / (double) ((CONTEXT - 1) * SEQUENCES);
    // A sequence's share lies in [0, 1]: its standard deviation is at most a half.
    assertThat(share)
        .isCloseTo(
            Collected.truth(corpus).metric("predictable_fraction"),
            within(ERRORS * 0.5 / Math.sqrt(SEQUENCES)));
    assertThat(share).isBetween(0.2, 0.5);
  }

  /** Every way of cutting a short sequence into segments, one after the other. */
  @ParameterizedTest(name = "BOS {0}, segments up to {1}")
  @CsvSource({"true, 4", "false, 4", "true, 40"})
  void thePredictableFractionIsTheMeanOverAllCuts(boolean bos, int maxSegment) {
    InductionSettings settings = new InductionSettings(9, 2, maxSegment, 0.3, 0);
    InductionCorpus corpus =
        new InductionCorpus(new CorpusShape(3, 13, bos), DocumentText.OMIT, settings);

    assertThat(Collected.truth(corpus).metric("predictable_fraction"))
        .isCloseTo(predictable(0, bos ? 12 : 13, settings) / 12, within(1e-14));
  }

  private static double predictable(int at, int content, InductionSettings settings) {
    double sum = 0;
    for (int length = settings.minSegment(); length <= settings.maxSegment(); length++) {
      int end = Math.min(content, at + length);
      sum += length <= at ? settings.copyProbability() * (end - at - 1) : 0;
      sum += end < content ? predictable(end, content, settings) : 0;
    }
    return sum / (settings.maxSegment() - settings.minSegment() + 1);
  }

  @Test
  void aSegmentMayBeCopiedFromRightBeforeIt() {
    // Of three tokens; from beyond the first twelve, where it is not the only place there is.
    assertThat(Collected.sequences(induction(true), 0, SEQUENCES).of(InductionRow.TABLE))
        .anyMatch(row -> row.sourcePosition() > 12 && row.position() - row.sourcePosition() == 3);
  }

  @Test
  void inductionSourcesLieAtEveryDistanceAndAnythingNotCopiedIsUniform() {
    Collected rows = Collected.sequences(induction(true), 0, SEQUENCES);
    Map<Integer, Integer> distances = new HashMap<>();
    double[] counts = new double[256];
    double fresh = 0;
    for (InductionRow row : rows.of(InductionRow.TABLE)) {
      if (row.sourcePosition() >= 0) {
        distances.merge(row.position() - row.sourcePosition(), 1, Integer::sum);
      } else {
        counts[row.tokenId()]++;
        fresh++;
      }
    }
    int copied = distances.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(distances).hasSizeGreaterThan(45);
    assertThat(distances.values()).allMatch(count -> count < 0.1 * copied);
    assertThat(chiSquare(counts, 1, fresh / 255)).isLessThan(254 + ERRORS * Math.sqrt(2 * 254));
  }

  @Test
  void bigramsAreAsOftenAsTheTableSays() {
    BigramCorpus corpus = bigram(true);
    Map<Integer, Map<Integer, Double>> table = new HashMap<>();
    Collected truth = Collected.truth(corpus);
    for (BigramRow row : truth.of(BigramRow.TABLE)) {
      table.computeIfAbsent(row.source(), s -> new HashMap<>()).put(row.out(), row.p());
    }
    double[][] counts = new double[32][32];
    double loss = 0;
    for (TokenRow row : Collected.sequences(corpus, 0, SEQUENCES).of(TokenRow.TABLE)) {
      for (int i = 1; i < CONTEXT; i++) {
        counts[row.tokens()[i - 1]][row.tokens()[i]]++;
        loss -= Math.log(table.get(row.tokens()[i - 1]).get(row.tokens()[i]));
      }
    }
    table.forEach(
        (source, successors) -> {
          double total = Arrays.stream(counts[source]).sum();
          assertThat(total).isGreaterThan(500);
          assertThat(successors.values().stream().mapToDouble(p -> p).sum())
              .isCloseTo(1, within(1e-12));
          successors.forEach(
              (out, p) ->
                  assertThat(counts[source][out] / total)
                      .isCloseTo(p, within(ERRORS * Math.sqrt(p / total) + 5 / total)));
        });
    assertThat(table).hasSize(32);
    assertThat(loss / SEQUENCES / (CONTEXT - 1))
        .isCloseTo(truth.metric("optimal_loss_nats"), within(0.01)); // 252,000 tokens; saw 0.002
    assertThat(truth.metric("optimal_loss_nats"))
        .isLessThan(0.85 * truth.metric("uniform_loss_nats"));
  }

  @Test
  void theBigramsWithoutBosAreThoseWithIt() {
    List<BigramRow> without = Collected.truth(bigram(false)).of(BigramRow.TABLE);
    assertThat(without).noneMatch(row -> row.source() == 0);
    assertThat(Collected.truth(bigram(true)).of(BigramRow.TABLE))
        .filteredOn(row -> row.source() == 0)
        .hasSize(31)
        .allSatisfy(row -> assertThat(row.p()).isCloseTo(1.0 / 31, within(1e-15)));
    assertThat(Collected.truth(bigram(true)).of(BigramRow.TABLE))
        .hasSize(32 * 31)
        .containsAll(without);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void skipTrigramsAreAsOftenAsTheTableSays(boolean bos) {
    SkipTrigramCorpus corpus = skipTrigram(bos);
    Collected truth = Collected.truth(corpus);
    Map<Integer, Map<Integer, SkipTrigramRow>> triples = new HashMap<>(); // [destination][source]
    for (SkipTrigramRow row : truth.of(SkipTrigramRow.TABLE)) {
      triples.computeIfAbsent(row.destination(), d -> new HashMap<>()).put(row.source(), row);
    }
    double with = 0;
    double withOut = 0;
    double without = 0;
    double withoutOut = 0;
    for (TokenRow row : Collected.sequences(corpus, 0, SEQUENCES).of(TokenRow.TABLE)) {
      int source = -1;
      for (int i = bos ? 1 : 0; i < CONTEXT - 1; i++) {
        int token = row.tokens()[i];
        int next = row.tokens()[i + 1];
        if (token <= 6) {
          assertThat(source == -1 || source == token).as("one source a sequence").isTrue();
          source = token;
        } else if (triples.containsKey(token) && source > 0) {
          with++;
          withOut += triples.get(token).get(source).out() == next ? 1 : 0;
        } else if (triples.containsKey(token)) {
          without += 6;
          withoutOut +=
              triples.get(token).values().stream().filter(triple -> triple.out() == next).count();
        }
      }
    }
    SkipTrigramRow any = truth.of(SkipTrigramRow.TABLE).get(0);
    assertThat(withOut / with)
        .isCloseTo(any.p(), within(ERRORS * Math.sqrt(any.p() * (1 - any.p()) / with)));
    assertThat(withoutOut / without)
        .isCloseTo(any.pWithoutSource(), within(ERRORS * Math.sqrt(6 * any.p() / without)));
    assertThat(triples).hasSize(4);
    assertThat(triples.values())
        .allSatisfy(
            row ->
                assertThat(row.values().stream().map(SkipTrigramRow::out))
                    .doesNotHaveDuplicates()
                    .allMatch(out -> out > 10));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theOptimalLossOfSkipTrigramsIsThatOfThePredictorThatKnowsTheRule(boolean bos) {
    SkipTrigramCorpus corpus = skipTrigram(bos);
    Collected truth = Collected.truth(corpus);
    Map<Integer, Map<Integer, SkipTrigramRow>> triples = new HashMap<>();
    for (SkipTrigramRow row : truth.of(SkipTrigramRow.TABLE)) {
      triples.computeIfAbsent(row.destination(), d -> new HashMap<>()).put(row.source(), row);
    }
    double loss = 0;
    for (TokenRow row : Collected.sequences(corpus, 0, SEQUENCES).of(TokenRow.TABLE)) {
      int source = -1;
      for (int i = 0; i < CONTEXT; i++) {
        int token = row.tokens()[i];
        SkipTrigramRow rule =
            i == 0 || source < 0 || !triples.containsKey(row.tokens()[i - 1])
                ? null
                : triples.get(row.tokens()[i - 1]).get(source);
        double free = rule == null ? 1 : 1 - 0.9;
        double p =
            token <= 6
                ? free * 0.08 * (source < 0 ? 1.0 / 6 : source == token ? 1 : 0)
                : token <= 10 ? free * 0.92 * 0.2 / 4 : free * 0.92 * 0.8 / 53;
        p += rule != null && rule.out() == token ? 0.9 : 0;
        loss -= i == 0 ? 0 : Math.log(p);
        source = token >= 1 && token <= 6 ? token : source;
      }
    }
    assertThat(loss / SEQUENCES / (CONTEXT - 1))
        .isCloseTo(truth.metric("optimal_loss_nats"), within(0.015)); // 252,000 tokens; saw 0.003
  }

  @Test
  void valuesOutOfRangeAreRefusedByKey() {
    refused(() -> new InductionSettings(2, 4, 8, 0.5, 0), "vocabulary-size", "2", "from 3");
    refused(() -> new InductionSettings(9, 1, 8, 0.5, 0), "min-segment", "1", "at least 2");
    refused(() -> new InductionSettings(9, 9, 8, 0.5, 0), "max-segment", "8", "min-segment, 9");
    refused(
        () -> new InductionSettings(9, 4, Integer.MAX_VALUE, 0.5, 0),
        "max-segment",
        "2147483647",
        "at most 1048576");
    refused(() -> new InductionSettings(9, 4, 8, 1.5, 0), "copy-probability", "1.5", "0 to 1");
    refused(
        () -> new InductionSettings(9, 4, 8, Double.NaN, 0), "copy-probability", "NaN", "0 to 1");
    refused(() -> new InductionSettings(9, 4, 8, 0.5, -1), "sharpness", "-1.0", "0 to 10");
    refused(
        () -> new InductionSettings(2049, 4, 8, 0.5, 1), "vocabulary-size", "2049", "at most 2048");
    refused(() -> new BigramSettings(2049, 1), "vocabulary-size", "2049", "3 to 2048");
    refused(() -> new BigramSettings(9, -1), "sharpness", "-1.0", "0 to 10");
    refused(
        () -> new SkipTrigramSettings(16, 6, 4, 0.9, 0.1, 0.1), "vocabulary-size", "16", "from 17");
    refused(() -> new SkipTrigramSettings(64, 1, 4, 0.9, 0.1, 0.1), "sources", "1", "at least 2");
    refused(() -> new SkipTrigramSettings(64, 6, 4, 0, 0.1, 0.1), "strength", "0.0", "above 0");
    refused(() -> new SkipTrigramSettings(64, 6, 4, 1, 1, 0.1), "source-rate", "1.0", "between");
  }

  private static void refused(Runnable making, String key, String value, String allowed) {
    assertThatThrownBy(making::run)
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(key + ": invalid value " + value + ": ")
        .hasMessageContaining(allowed);
  }

  private static double chiSquare(double[] counts, int from, double expected) {
    return Arrays.stream(counts)
        .skip(from)
        .map(count -> (count - expected) * (count - expected) / expected)
        .sum();
  }

  /** Random tokens follow the chain wherever they stand, copies what they were copied from. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void randomSegmentsOfASharpInductionCorpusFollowItsBigrams(boolean bos) {
    InductionCorpus corpus =
        new InductionCorpus(
            new CorpusShape(3, CONTEXT, bos),
            DocumentText.OMIT,
            new InductionSettings(32, 3, 12, 0.5, 2));
    List<BigramRow> bigrams = Collected.truth(corpus).of(BigramRow.TABLE);
    assertThat(bigrams).hasSize((bos ? 32 : 31) * 31).isEqualTo(bigrams(bos));
    Collected sequences = Collected.sequences(corpus, 0, SEQUENCES);
    List<TokenRow> tokens = sequences.of(TokenRow.TABLE);
    double[][] counts = new double[32][32];
    for (InductionRow row : sequences.of(InductionRow.TABLE)) {
      int[] sequence = tokens.get((int) row.sequenceId()).tokens();
      if (row.sourcePosition() >= 0) {
        assertThat(row.tokenId()).isEqualTo(sequence[row.sourcePosition()]);
      } else if (row.position() > 0) {
        counts[sequence[row.position() - 1]][row.tokenId()]++;
      }
    }
    for (BigramRow row : bigrams) {
      double all = Arrays.stream(counts[row.source()]).sum();
      assertThat(counts[row.source()][row.out()] / all)
          .as("%d then %d", row.source(), row.out())
          .isCloseTo(row.p(), within(1e-3 + ERRORS * Math.sqrt(row.p() * (1 - row.p()) / all)));
    }
  }

  private static List<BigramRow> bigrams(boolean bos) {
    return Collected.truth(bigram(bos)).of(BigramRow.TABLE);
  }

  private static InductionCorpus induction(boolean bos) {
    return new InductionCorpus(
        new CorpusShape(3, CONTEXT, bos),
        DocumentText.OMIT,
        new InductionSettings(256, 3, 12, 0.5, 0));
  }

  private static BigramCorpus bigram(boolean bos) {
    return new BigramCorpus(
        new CorpusShape(3, CONTEXT, bos), DocumentText.OMIT, new BigramSettings(32, 2));
  }

  private static SkipTrigramCorpus skipTrigram(boolean bos) {
    return new SkipTrigramCorpus(
        new CorpusShape(3, CONTEXT, bos),
        DocumentText.OMIT,
        new SkipTrigramSettings(64, 6, 4, 0.9, 0.08, 0.2));
  }
}
