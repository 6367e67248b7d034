package dev.microtome.jobs.probes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.ConceptTargets.LabelColumn;
import dev.microtome.jobs.labels.ActivationSource;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.probing.ProbeSampleRow;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowEncoderTest {
  private static final List<ConceptColumns> CONCEPTS =
      ConceptColumns.of(
          List.of(
              new ConceptTargets(
                  "place",
                  List.of(
                      new LabelColumn("latitude", List.of()),
                      new LabelColumn("longitude", List.of()))),
              new ConceptTargets(
                  "mood", List.of(new LabelColumn("mood", List.of("calm", "glad", "sad"))))));

  private static ProbeSampleRow row(List<String> place, List<String> mood) {
    return new RowEncoder(CONCEPTS, Unlabelled.SKIP)
        .row(
            new ActivationSource.ArrayRow("h", 5, 6, new float[] {1, 2}),
            7,
            Arrays.asList(place, mood));
  }

  /** Control labels are drawn by the token. */
  @Test
  void aRowHasItsPlaceItsTokenAndTheTargetsOfEachConcept() {
    ProbeSampleRow row = row(List.of("48.5", "-2"), List.of("sad"));

    assertThat(row.hook()).isEqualTo("h");
    assertThat(List.of(row.sequenceId(), row.position(), row.tokenId()))
        .isEqualTo(List.of(5L, 6, 7));
    assertThat(row.activation()).containsExactly(1, 2);
    assertThat(row.numbers()).containsExactly(48.5, -2, 2);
  }

  @Test
  void aConceptWithoutALabelIsNaNAndTheOthersStay() {
    assertThat(row(null, List.of("glad")).numbers()).containsExactly(Double.NaN, Double.NaN, 1);
    assertThat(row(List.of("1", "0"), null).numbers()).containsExactly(1, 0, Double.NaN);
  }
}
