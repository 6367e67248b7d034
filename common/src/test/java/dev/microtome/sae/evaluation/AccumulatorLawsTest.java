package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is summed up over sequences is the same for any split and order of the parts. */
class AccumulatorLawsTest {
  private static final int FEATURES = 6;
  private static final int SEQUENCES = 40;
  private static final ExampleSettings EXAMPLES = new ExampleSettings(4, 5, 2, 3, 7);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void surveys(long seed) {
    SparseRows rows = SparseRows.random(seed, SEQUENCES, FEATURES);
    FeatureSurvey whole = survey(rows, everything());

    FeatureSurvey merged = FeatureSurvey.of(FEATURES, EXAMPLES.top());
    for (List<Integer> part : split(seed)) {
      merged.merge(survey(rows, part).row("s").survey());
    }

    FeatureStatistics expected = whole.statistics();
    FeatureStatistics found = merged.statistics();
    assertThat(found.tokens()).isEqualTo(expected.tokens());
    for (int feature = 0; feature < FEATURES; feature++) {
      assertThat(found.fires(feature)).isEqualTo(expected.fires(feature));
      assertThat(found.maximum(feature)).isEqualTo(expected.maximum(feature));
      assertThat(found.sum(feature)).isCloseTo(expected.sum(feature), within(1e-11));
      assertThat(found.variance(feature)).isCloseTo(expected.variance(feature), within(1e-12));
      assertThat(merged.range().threshold(feature))
          .isEqualTo(whole.range().threshold(feature))
          .isPositive();
    }
    assertThat(found.meanFeaturesPerToken()).isBetween(1.0, 2.0); // a quarter of 6
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void examples(long seed) {
    SparseRows rows = SparseRows.random(seed, SEQUENCES, FEATURES);
    FeatureRange range = survey(rows, everything()).range();
    ExampleSelection whole = selection(rows, range, everything());

    ExampleSelection merged = new ExampleSelection(range, EXAMPLES);
    for (List<Integer> part : split(seed)) {
      selection(rows, range, part).rows("s").forEach(merged::merge);
    }

    assertThat(described(merged)).isEqualTo(described(whole));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void histogramsAndLabels(long seed) {
    SparseRows rows = SparseRows.random(seed, SEQUENCES, FEATURES);
    FeatureRange range = survey(rows, everything()).range();
    ActivationHistograms histograms = ActivationHistograms.of(FEATURES, 20);
    LabelCounts labels = new LabelCounts(FEATURES, 5);
    count(rows, range, everything(), histograms, labels);

    ActivationHistograms mergedHistograms = ActivationHistograms.of(FEATURES, 20);
    LabelCounts mergedLabels = new LabelCounts(FEATURES, 5);
    for (List<Integer> part : split(seed)) {
      ActivationHistograms own = ActivationHistograms.of(FEATURES, 20);
      LabelCounts ownLabels = new LabelCounts(FEATURES, 5);
      count(rows, range, part, own, ownLabels);
      mergedHistograms.merge(own.row("s").histograms());
      ownLabels.rows("s").forEach(mergedLabels::merge);
    }

    assertThat(mergedHistograms.row("s").counts()).isEqualTo(histograms.row("s").counts());
    assertThat(mergedLabels.labels()).isEqualTo(labels.labels()).hasSize(3);
    for (TokenLabel label : labels.labels()) {
      assertThat(mergedLabels.tokens(label)).isEqualTo(labels.tokens(label));
      for (int feature = 0; feature < FEATURES; feature++) {
        assertThat(mergedLabels.sum(label, feature))
            .isCloseTo(labels.sum(label, feature), within(1e-11));
        for (int interval = 0; interval < 5; interval++) {
          assertThat(mergedLabels.hits(label, feature, interval))
              .isEqualTo(labels.hits(label, feature, interval));
        }
      }
    }
  }

  private static FeatureSurvey survey(SparseRows rows, List<Integer> part) {
    FeatureSurvey survey = FeatureSurvey.of(FEATURES, EXAMPLES.top());
    part.forEach(i -> survey.add(rows.features().get(i)));
    return survey;
  }

  private static ExampleSelection selection(
      SparseRows rows, FeatureRange range, List<Integer> part) {
    ExampleSelection selection = new ExampleSelection(range, EXAMPLES);
    part.forEach(i -> selection.add(rows.sequences().get(i), rows.features().get(i)));
    return selection;
  }

  private static void count(
      SparseRows rows,
      FeatureRange range,
      List<Integer> part,
      ActivationHistograms histograms,
      LabelCounts labels) {
    for (int i : part) {
      SparseFeatures features = rows.features().get(i);
      histograms.add(features, range);
      for (int position = 0; position < features.rows(); position++) {
        int token = rows.sequences().get(i).tokens()[position];
        labels.add(
            List.of(new TokenLabel("third", Integer.toString(token % 3))),
            features,
            position,
            range);
      }
    }
  }

  private static List<String> described(ExampleSelection selection) {
    return selection.rows("s").stream()
        .map(
            row ->
                "%d %d %d:%d %s %d %s %s"
                    .formatted(
                        row.feature(),
                        row.interval(),
                        row.sequenceId(),
                        row.position(),
                        row.activation(),
                        row.firstPosition(),
                        Arrays.toString(row.tokens()),
                        Arrays.toString(row.activations())))
        .toList();
  }

  private static List<Integer> everything() {
    return IntStream.range(0, SEQUENCES).boxed().toList();
  }

  /** Sequences in another order, cut anywhere, empty parts included. */
  private static List<List<Integer>> split(long seed) {
    Random random = new Random(-seed);
    List<Integer> shuffled = new ArrayList<>(everything());
    Collections.shuffle(shuffled, random);
    List<List<Integer>> parts = new ArrayList<>();
    int from = 0;
    while (from < shuffled.size()) {
      int to = Math.min(shuffled.size(), from + random.nextInt(15));
      parts.add(shuffled.subList(from, to));
      from = to;
    }
    return parts;
  }
}
