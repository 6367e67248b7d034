package dev.microtome.jobs.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The findings of Bricken et al. (2023), as far as a small model shows them, on the tables that
 * {@code conf/monosemanticity.conf} has just written. Runs with {@code mvn -Preproduce verify}
 * alone. Beside each threshold stands what was seen with the seeds of the file, and where it says
 * so of the second model, which has another seed and a table of its own.
 */
class MonosemanticityFindings {
  private static FoundFeatures found;

  @BeforeAll
  static void readTables() {
    found = FoundFeatures.of(Path.of(System.getProperty("monosemanticity.output")));
  }

  /**
   * A neuron counts as firing from whatever value on serves it best, as a feature does. Inside code
   * the best feature is better than the best neuron, but by less than this (F1 of 0.73 and 0.48).
   * Exactly how deep brackets lie is not reproduced: no direction of the layer says exactly 2 or 3
   * (logistic regression, 0.51 and 0.47), though one says 2 or more (0.96).
   */
  @ParameterizedTest
  @ValueSource(strings = {"region=dna", "region=base64", "bracket=open", "bracket=close"})
  void aFeatureKnowsTheContextAndNoNeuronDoes(String label) {
    double feature = found.match(Dictionaries.MIDDLE, label).f1();
    double neuron = found.match(Dictionaries.NEURONS, label).f1();
    assertThat(feature).isGreaterThan(0.7); // saw 0.95 and more; other seeds: 0.80 and more
    assertThat(1 - feature)
        .isLessThan((1 - neuron) * 0.7); // saw 0.12 of it; other seeds: 0.62 for closing
  }

  @Test
  void moreFeaturesATokenLoseLess() {
    for (String metric : List.of("l0", "explained_variance", "loss_recovered")) {
      assertThat(Dictionaries.FRONTIER.stream().map(sae -> found.evaluation(sae, metric)).toList())
          .as(metric)
          .isSorted();
    }
    assertThat(found.evaluation(Dictionaries.MIDDLE, "loss_recovered"))
        .isGreaterThan(0.9); // saw 0.997
  }

  @Test
  void featuresFireMoreSeldomThanNeurons() {
    assertThat(found.medianDensity(Dictionaries.MIDDLE))
        .isLessThan(found.medianDensity(Dictionaries.NEURONS) / 4); // saw 0.007 and 0.35
  }

  @Test
  void anotherModelHasTheSameFeaturesRatherThanTheSameNeurons() {
    assertThat(found.universality(Dictionaries.MIDDLE))
        .isGreaterThan(found.universality(Dictionaries.NEURONS) + 0.1); // saw 0.74 and 0.38
  }

  @Test
  void largerDictionariesSplitFeatures() {
    List<Long> labelled =
        Dictionaries.SIZES.stream()
            .map(
                sae ->
                    Dictionaries.LABELS.stream()
                        .mapToLong(label -> found.withLabel(sae, label, 0.3))
                        .sum())
            .toList();
    assertThat(labelled).isSorted();
    assertThat(labelled.get(2)).isGreaterThan(labelled.get(0));
    assertThat(found.children("x16", 0.5).values().stream().filter(each -> each > 1).count())
        .isGreaterThanOrEqualTo(10); // saw 271, parents that never fire among them
    assertThat(Dictionaries.SIZES.stream().map(sae -> found.evaluation(sae, "explained_variance")))
        .isSorted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"region=dna", "region=base64", "region=code"})
  void steeringByAFeatureSaysWhatItsLabelSays(String label) {
    assertThat(found.steered(label, 0).share()).isLessThan(0.35); // saw 0.00, 0.00 and 0.25
    assertThat(found.steered(label, 4).share()).isGreaterThan(0.5); // saw 0.96, 0.68 and 0.69
  }
}
