package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.microtome.text.TokenSequence;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleSelectionTest {
  private static final SparseFeatures LONG =
      SparseFeatures.of(
          new float[] {0}, new float[] {1}, new float[] {4}, new float[] {4}, new float[] {0.5f});
  private static final SparseFeatures SHORT = SparseFeatures.of(new float[] {4}, new float[] {2});
  private static final SparseFeatures SILENT = SparseFeatures.of(new float[] {0});

  @Test
  void oneTopExampleASequenceWithItsContext() {
    ExampleSelection selection = selection(new ExampleSettings(10, 2, 0, 1, 0));

    assertThat(selection.of(0))
        .extracting(FeatureExample::sequenceId, FeatureExample::position)
        .containsExactly(
            tuple(3L, 0), // of equal values the lower sequence
            tuple(7L, 2)); // and the earlier position
    FeatureExample second = selection.of(0).get(1);
    assertThat(second.firstPosition()).isEqualTo(1);
    assertThat(second.tokens()).containsExactly(11, 12, 13);
    assertThat(second.activations()).containsExactly(1, 4, 4);
    assertThat(selection.of(0).get(0).tokens()).containsExactly(20, 21);
  }

  @Test
  void samplesOfEachIntervalFromTheHighestDown() {
    List<FeatureExample> samples = selection(new ExampleSettings(0, 4, 9, 0, 0)).of(0);

    assertThat(samples).extracting(FeatureExample::interval).containsExactly(3, 3, 3, 2, 1, 0);
    assertThat(samples.get(3).activation()).isEqualTo(2); // intervals are closed below
    assertThat(samples.get(5).activation()).isEqualTo(0.5f);
  }

  @Test
  void anotherSeedDrawsOthers() {
    SparseRows rows = SparseRows.random(5, 60, 2);
    List<List<Long>> drawn =
        List.of(0L, 1L).stream()
            .map(
                seed -> {
                  FeatureSurvey survey = FeatureSurvey.of(2, 1);
                  rows.features().forEach(survey::add);
                  ExampleSelection selection =
                      new ExampleSelection(survey.range(), new ExampleSettings(1, 1, 8, 0, seed));
                  for (int i = 0; i < rows.size(); i++) {
                    selection.add(rows.sequences().get(i), rows.features().get(i));
                  }
                  return selection.of(0).stream().map(FeatureExample::sequenceId).toList();
                })
            .toList();
    assertThat(drawn.get(0)).hasSize(9).isNotEqualTo(drawn.get(1));
  }

  private static ExampleSelection selection(ExampleSettings settings) {
    FeatureSurvey survey = FeatureSurvey.of(1, 10);
    List.of(LONG, SHORT, SILENT).forEach(survey::add);
    ExampleSelection selection = new ExampleSelection(survey.range(), settings);
    selection.add(new TokenSequence(7, new int[] {10, 11, 12, 13, 14}), LONG);
    selection.add(new TokenSequence(5, new int[] {30}), SILENT);
    selection.add(new TokenSequence(3, new int[] {20, 21}), SHORT);
    return selection;
  }
}
