package dev.microtome.jobs.probes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.probing.SequenceSplit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a part of a large table hands on. */
class HookSampleTest {
  private static final ConceptColumns MOOD =
      new ConceptColumns(
          new ConceptTargets(
              "mood", List.of(new ConceptTargets.LabelColumn("mood", List.of("glad", "sad")))),
          0);

  private static HookSample sample(long labels) {
    HookSample sample =
        new HookSample(
            List.of(MOOD),
            new SampleSettings(new SequenceSplit(3, 0.25, 4), 100, 50),
            List.of(labels));
    for (int row = 0; row < 4000; row++) {
      sample.add(
          new ProbeSampleRow(
              "h", row / 8, row % 8, 1, new float[1], ProbeSampleRow.bytes(new double[] {0})));
    }
    return sample;
  }

  private static List<String> places(HookSample sample) {
    return sample.union().stream().map(row -> row.sequenceId() + " " + row.position()).toList();
  }

  /** Of a hundred such parts each need not keep more than some percent of the sample. */
  @Test
  void aPartKeepsItsShareOfTheSample() {
    HookSample whole = sample(0);
    assertThat(whole.union()).hasSize(150);
    HookSample part = sample(400_000);
    // 4 · 100 of 300,000, and 4 · 50 of 100,000: 4 and 2 of these rows, not 150.
    assertThat(part.union()).hasSizeBetween(1, 20);
    assertThat(places(whole)).containsAll(places(part));
  }
}
