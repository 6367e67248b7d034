package dev.microtome.probing;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.model.Torch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passes over parts against {@link ProbeTrainer} over the same rows in memory. */
class HookFitTest {
  private static final int WIDTH = 7;
  private static final int ROWS = 900;
  private static final SequenceSplit SPLIT = new SequenceSplit(4, 0.25, 3);
  private static final ConceptSums.Concept MOOD =
      new ConceptSums.Concept(
          "mood", 0, List.of("calm", "glad", "sad"), ConceptSums.Targets.CLASSES);
  private static final ConceptSums.Concept PLACE =
      new ConceptSums.Concept(
          "latitude/longitude", 1, List.of("latitude", "longitude"), ConceptSums.Targets.NUMBERS);
  private static final ConceptSums.Concept TWO =
      new ConceptSums.Concept("two", 3, List.of("no", "yes"), ConceptSums.Targets.CLASSES);
  private static final List<ConceptSums.Concept> CONCEPTS = List.of(MOOD, PLACE, TWO);

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  /** Rows of which some lack one label or another; columns of very different sizes. */
  private static List<ProbeSampleRow> rows(long seed) {
    Random random = new Random(seed);
    List<ProbeSampleRow> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      int mood = Math.max(0, random.nextInt(6) - 3);
      double latitude = 60 * random.nextGaussian();
      double longitude = 90 * random.nextGaussian();
      int two = random.nextInt(10) == 0 ? 1 : 0;
      float[] x = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        x[j] = (float) (Math.pow(10, j - 3) * (random.nextGaussian() + 2));
      }
      x[3] += mood == 1 ? 1.5f : 0;
      x[4] += mood == 2 ? 15 : 0;
      x[5] += (float) (5 * latitude + longitude);
      x[1] += two * 0.02f;
      double[] targets = {mood, latitude, longitude, two};
      if (i % 7 == 0) {
        targets[0] = Double.NaN;
      }
      if (i % 5 == 0) {
        targets[1] = Double.NaN;
        targets[2] = Double.NaN;
      }
      rows.add(
          new ProbeSampleRow("h", i / 5, i % 5, i * 31 % 97, x, ProbeSampleRow.bytes(targets)));
    }
    return rows;
  }

  private static ProbeSettings settings(Double... cs) {
    return new ProbeSettings(
        List.of(ProbeKind.LOGISTIC, ProbeKind.MASS_MEAN, ProbeKind.DIFFERENCE_OF_MEANS),
        List.of(cs),
        List.of(1e-4, 1e-2, 1.0),
        MlpSettings.DEFAULT,
        SPLIT);
  }

  /** The rows of a part and what is summed up of them. */
  @SuppressWarnings("ArrayRecordComponent") // of one test
  private record Part(SequenceSpan sequences, byte[] rows, List<byte[]> sums) {
    static Part of(List<ProbeSampleRow> rows) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      List<ConceptSums> sums =
          CONCEPTS.stream().map(concept -> ConceptSums.of(concept, SPLIT, WIDTH)).toList();
      try (RowChunks.Writer writer = new RowChunks.Writer(bytes, SPLIT)) {
        for (ProbeSampleRow row : rows) {
          writer.add(row);
          sums.forEach(each -> each.add(row));
        }
      }
      List<byte[]> written = new ArrayList<>();
      for (ConceptSums each : sums) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        each.write(out);
        written.add(out.toByteArray());
      }
      // Sequences of ascending ids
      SequenceSpan sequences =
          new SequenceSpan(rows.get(0).sequenceId(), rows.get(rows.size() - 1).sequenceId());
      return new Part(sequences, bytes.toByteArray(), written);
    }
  }

  private static List<Part> parts(List<ProbeSampleRow> rows, int each) throws IOException {
    List<Part> parts = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += each) {
      parts.add(Part.of(rows.subList(from, Math.min(rows.size(), from + each))));
    }
    return parts;
  }

  private static HookFit begin(List<Part> parts, ProbeSettings settings) throws IOException {
    List<ConceptSums> merged = new ArrayList<>();
    for (Part part : parts) {
      for (int i = 0; i < CONCEPTS.size(); i++) {
        ConceptSums read =
            ConceptSums.read(CONCEPTS.get(i), SPLIT, new ByteArrayInputStream(part.sums().get(i)));
        if (merged.size() < CONCEPTS.size()) {
          merged.add(read);
        } else {
          merged.get(i).merge(read);
        }
      }
    }
    return new HookFit(merged, settings, ProbeTrainer.Control.FITTED);
  }

  private static PassSums pass(HookFit fit, List<Part> parts) throws IOException {
    List<List<SequenceSpan>> shared =
        SequenceSpan.shared(parts.stream().map(Part::sequences).toList());
    PassSums merged = null;
    for (int i = 0; i < parts.size(); i++) {
      PassSums sums = fit.next().over(new ByteArrayInputStream(parts.get(i).rows()), shared.get(i));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      sums.write(out);
      PassSums read = PassSums.read(new ByteArrayInputStream(out.toByteArray()));
      if (merged == null) {
        merged = read;
      } else {
        merged.merge(read);
      }
    }
    return merged;
  }

  private static List<HookFit.Fitted> fit(List<Part> parts, ProbeSettings settings)
      throws IOException {
    HookFit fit = begin(parts, settings);
    while (!fit.isDone()) {
      fit.accept(pass(fit, parts));
    }
    return fit.fitted();
  }

  private static Examples examples(
      List<ProbeSampleRow> rows, ConceptSums.Concept concept, IntPredicate folds) {
    return Examples.of(
        rows.stream()
            .filter(row -> folds.test(SPLIT.fitFold(row.sequenceId())))
            .filter(row -> !Double.isNaN(row.numbers()[concept.from()]))
            .toList(),
        concept.from(),
        concept.width());
  }

  private static List<ProbeTrainer.Classifier> inMemory(
      List<ProbeSampleRow> rows, ConceptSums.Concept concept, ProbeSettings settings) {
    try (Examples train = examples(rows, concept, fold -> fold >= 0);
        Examples test = examples(rows, concept, fold -> fold < 0)) {
      return new ProbeTrainer(settings)
          .classifiers(train, test, concept.names(), ProbeTrainer.Control.FITTED);
    }
  }

  @ParameterizedTest
  @CsvSource({"900", "137"})
  void areTheProbesOfTheSameRowsInMemory(int rowsPerPart) throws IOException {
    List<ProbeSampleRow> rows = rows(1);
    ProbeSettings settings = settings(1e-2, 1.0, 100.0);
    List<HookFit.Fitted> all = fit(parts(rows, rowsPerPart), settings);
    assertThat(all).extracting(HookFit.Fitted::concept).isEqualTo(CONCEPTS);
    for (HookFit.Fitted fitted : List.of(all.get(0), all.get(2))) {
      List<ProbeTrainer.Classifier> expected = inMemory(rows, fitted.concept(), settings);
      assertThat(fitted.classifiers()).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertSame(fitted.classifiers().get(i), expected.get(i));
      }
      assertThat(fitted.trainRows() + fitted.testRows())
          .isEqualTo(fitted.concept().equals(MOOD) ? ROWS - 129 : ROWS);
    }
    try (Examples train = examples(rows, PLACE, fold -> fold >= 0);
        Examples test = examples(rows, PLACE, fold -> fold < 0)) {
      ProbeTrainer.Regression expected =
          new ProbeTrainer(settings).regression(train, test, PLACE.names());
      ProbeTrainer.Regression found = all.get(1).regressions().get(0);
      assertThat(found.ridge()).isEqualTo(expected.ridge());
      assertThat(found.r2().get(0)).isGreaterThan(0.5);
      for (int i = 0; i < 2; i++) {
        assertThat(found.r2().get(i)).isCloseTo(expected.r2().get(i), within(1e-10));
      }
    }
  }

  private static void assertSame(ProbeTrainer.Classifier found, ProbeTrainer.Classifier expected) {
    assertThat(found.kind()).isEqualTo(expected.kind());
    assertThat(found.converged()).isTrue();
    LogisticProbe probe = (LogisticProbe) found.probe();
    LogisticProbe other = (LogisticProbe) expected.probe();
    double scale = other.weights().frobeniusNorm();
    // Both searches end at a billionth of the gradient.
    assertClose(probe.weights().scaled(1 / scale), other.weights().scaled(1 / scale), 1e-7);
    ProbeScore score = found.score();
    ProbeScore wanted = expected.score();
    assertThat(score.accuracy()).isEqualTo(wanted.accuracy());
    assertThat(score.rows()).isEqualTo(wanted.rows());
    assertThat(score.majority()).isEqualTo(wanted.majority());
    assertThat(score.effectiveRows()).isCloseTo(wanted.effectiveRows(), within(1e-9));
    assertThat(score.low()).isCloseTo(wanted.low(), within(1e-12));
    assertThat(score.baselineNats()).isCloseTo(wanted.baselineNats(), within(1e-12));
    assertThat(score.guessNats()).isCloseTo(wanted.guessNats(), within(1e-12));
    if (found.kind() == ProbeKind.LOGISTIC) {
      assertThat(score.crossEntropyNats()).isCloseTo(wanted.crossEntropyNats(), within(1e-7));
      assertThat(found.control()).isEqualTo(expected.control());
      assertThat(found.path().orElseThrow().best().c())
          .isEqualTo(expected.path().orElseThrow().best().c());
      List<RidgePath.Candidate> path = found.path().orElseThrow().candidates();
      for (int i = 0; i < path.size(); i++) {
        RidgePath.Candidate reference = expected.path().orElseThrow().candidates().get(i);
        assertThat(path.get(i).c()).isEqualTo(reference.c());
        assertThat(path.get(i).accuracy()).isEqualTo(reference.accuracy());
        assertThat(path.get(i).crossEntropy()).isCloseTo(reference.crossEntropy(), within(1e-7));
      }
    }
  }

  /** What goes from task to task does not grow with the number of sequences. */
  @Test
  void aPartKeepsApartTheSequencesThatItSharesAlone() throws IOException {
    List<Part> parts = parts(rows(2), 43);
    HookFit fit = begin(parts, settings(1.0));
    int open = 0;
    while (!fit.isDone()) {
      PassSums sums = pass(fit, parts);
      open =
          Math.max(open, sums.sums().stream().mapToInt(sum -> sum.hits().open()).max().orElse(0));
      fit.accept(sums);
    }
    // 20 cuts between 21 parts, a quarter in sequences held out, of which there are 45 or so.
    assertThat(open).isBetween(1, 12);
  }

  /** One ridge, no folds to choose by: fewer passes, the same probe. */
  @Test
  void aSingleRidgeNeedsNoCrossValidation() throws IOException {
    List<ProbeSampleRow> rows = rows(2);
    List<HookFit.Fitted> all = fit(parts(rows, 300), settings(1.0));
    ProbeTrainer.Classifier found = all.get(2).classifiers().get(0);
    assertThat(found.path().orElseThrow().best().c()).isEqualTo(1);
    ProbeTrainer.Classifier expected = inMemory(rows, TWO, settings(1.0)).get(0);
    assertThat(found.score().accuracy()).isEqualTo(expected.score().accuracy());
    assertClose(
        ((LogisticProbe) found.probe()).weights(),
        ((LogisticProbe) expected.probe()).weights(),
        1e-6);
  }

  /** Killed after any pass: what was told once is told again, and the bits are the same. */
  @Test
  void toldAgainItGoesOnWithTheSameBits() throws IOException {
    List<Part> parts = parts(rows(3), 400);
    ProbeSettings settings = settings(0.1, 10.0);
    HookFit first = begin(parts, settings);
    List<PassSums> told = new ArrayList<>();
    while (!first.isDone()) {
      told.add(pass(first, parts));
      first.accept(told.get(told.size() - 1));
    }
    assertThat(told).hasSizeBetween(8, 80);
    HookFit second = begin(parts, settings);
    for (PassSums each : told.subList(0, told.size() / 2)) {
      second.accept(each);
    }
    while (!second.isDone()) {
      second.accept(pass(second, parts));
    }
    for (int i : new int[] {0, 2}) {
      List<ProbeTrainer.Classifier> found = second.fitted().get(i).classifiers();
      List<ProbeTrainer.Classifier> expected = first.fitted().get(i).classifiers();
      IntStream.range(0, 3)
          .forEach(
              kind -> {
                LogisticProbe probe = (LogisticProbe) found.get(kind).probe();
                LogisticProbe other = (LogisticProbe) expected.get(kind).probe();
                assertThat(probe.weights()).isEqualTo(other.weights());
                assertThat(probe.intercepts()).isEqualTo(other.intercepts());
                assertThat(found.get(kind).score()).isEqualTo(expected.get(kind).score());
              });
    }
  }

  @Test
  void refusesWhatCannotBeFitted() throws IOException {
    List<ProbeSampleRow> rows = rows(1);
    List<ProbeSampleRow> tame =
        rows.stream()
            .filter(row -> row.numbers()[3] == 0 || SPLIT.isTest(row.sequenceId()))
            .toList();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begin(parts(tame, 900), settings(1.0)))
        .withMessage(
            "concept 'two': class 'yes' has no row in the sequences to fit to; join it with another, or take another seed");
    List<ProbeSampleRow> fitted =
        rows.stream().filter(row -> !SPLIT.isTest(row.sequenceId())).toList();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begin(parts(fitted, 900), settings(1.0)))
        .withMessageContaining("concept 'mood': sequences to fit to or to score on are missing");
    List<ProbeSampleRow> oneFold =
        rows.stream()
            .filter(row -> SPLIT.isTest(row.sequenceId()) || SPLIT.fold(row.sequenceId()) == 1)
            .toList();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begin(parts(oneFold, 900), settings(1.0, 2.0)))
        .withMessageContaining("rows are in one fold: cross-validation needs two");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Part.of(
                    List.of(
                        rows.get(0),
                        new ProbeSampleRow("h", 1, 0, 0, new float[3], rows.get(1).targets()))))
        .withMessage("3 numbers, where rows before have 7");
  }
}
