package dev.microtome.circuits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BigramTruthTest {
  @Test
  void aModelIsAtNoDistanceFromItself() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      BigramTable table =
          BigramTable.of(FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE));
      BigramTruth truth = new BigramTruth(40);
      for (List<BigramTable.Entry> entries : table.top(0, 40, 40)) {
        for (BigramTable.Entry entry : entries) {
          truth.add(
              new TrueBigramRow(entry.source(), entry.out(), Math.exp(entry.logProbability())));
        }
      }
      assertThat(truth.fit("m", 4, table))
          .hasSize(40)
          .allSatisfy(
              row -> {
                assertThat(row.klDivergence()).isCloseTo(0, within(1e-12));
                assertThat(row.totalVariation()).isCloseTo(0, within(1e-12));
              });
    }
  }

  @Test
  void theDivergenceIsFromTheCorpusToTheModelAndTheVariationHalfTheDifferences() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      BigramTable table =
          BigramTable.of(FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE));
      double[] q = table.logits(7, 8).row(0);
      double sum = 0;
      for (int out = 0; out < q.length; out++) {
        q[out] = Math.exp(q[out]);
        sum += q[out];
      }
      double a = q[3] / sum;
      double b = q[30] / sum;
      BigramTruth truth = new BigramTruth(40);
      truth.add(new TrueBigramRow(7, 3, 0.25));
      truth.add(new TrueBigramRow(7, 30, 0.75));

      BigramFitRow row = truth.fit("m", 4, table).iterator().next();

      assertThat(row.klDivergence())
          .isCloseTo(0.25 * Math.log(0.25 / a) + 0.75 * Math.log(0.75 / b), within(1e-12));
      assertThat(row.totalVariation())
          .isCloseTo((Math.abs(0.25 - a) + Math.abs(0.75 - b) + (1 - a - b)) / 2, within(1e-12));
    }
  }

  @Test
  void refusesWhatIsNoDistributionOfTheVocabulary() {
    BigramTruth truth = new BigramTruth(40);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> truth.add(new TrueBigramRow(1, 40, 0.5)))
        .withMessage("bigram of source 1 and out 40: the model's vocabulary is 0 to 39");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> truth.add(new TrueBigramRow(1, 2, Double.NaN)))
        .withMessage("bigram of source 1 and out 2: p is NaN, expected 0 to 1");
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      BigramTable table =
          BigramTable.of(FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE));
      truth.add(new TrueBigramRow(1, 2, 0.5));
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> truth.fit("m", 4, table).forEach(row -> {}))
          .withMessage("bigrams of source 1: their probabilities sum to 0.5, expected 1");
    }
  }
}
