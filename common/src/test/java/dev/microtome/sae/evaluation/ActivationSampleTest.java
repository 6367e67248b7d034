package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationSampleTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void correlationsAreThoseOfTheDenseDefinition(long seed) {
    float[][] a = random(seed, 300, 8);
    float[][] b = random(seed + 100, 300, 5);
    for (int i = 0; i < a.length; i++) {
      b[i][2] = a[i][6] > 0 ? a[i][6] + 0.1f * b[i][2] : 0; // the same but for noise
    }
    List<FeatureActivationsRow> shuffled = rows("b", b);
    Collections.shuffle(shuffled, new Random(seed));

    List<List<Neighbor>> found =
        ActivationSample.of("a", 8, rows("a", a))
            .correlated(3, 8, ActivationSample.of("b", 5, shuffled), 5);

    assertThat(found).hasSize(5);
    for (int feature = 3; feature < 8; feature++) {
      for (Neighbor neighbor : found.get(feature - 3)) {
        assertThat(neighbor.value())
            .isCloseTo(pearson(a, feature, b, neighbor.feature()), within(1e-10));
      }
    }
    assertThat(found.get(3).get(0).feature()).isEqualTo(2);
    assertThat(found.get(3).get(0).value()).isGreaterThan(0.9);
  }

  @Test
  void aFeatureIsNotItsOwnNeighbourAndRareOnesHaveNone() {
    float[][] values = random(4, 100, 5);
    for (int i = 0; i < 100; i++) {
      values[i][1] = values[i][0];
      values[i][2] = i < ActivationSample.FEWEST_FIRES - 1 ? values[i][0] + 1 : 0;
      // These fire where the first does not.
      values[i][3] = values[i][0] > 0 || i < 50 ? 0 : 1;
      values[i][4] = i > 90 && i <= 90 + ActivationSample.FEWEST_FIRES ? values[i][3] + 1 : 0;
    }
    ActivationSample sample = ActivationSample.of("a", 5, rows("a", values));

    List<List<Neighbor>> found = sample.correlated(0, 5, sample, 5);

    assertThat(found.get(0)).extracting(Neighbor::feature).containsExactly(1);
    assertThat(found.get(0).get(0).value()).isCloseTo(1, within(1e-12));
    assertThat(found.get(2)).isEmpty();
    assertThat(found.get(4)).extracting(Neighbor::feature).contains(3);
  }

  @Test
  void onlyTokensOfBothCountAndThereMustBeSome() {
    float[][] values = random(4, 100, 2);
    List<FeatureActivationsRow> all = rows("a", values);
    ActivationSample whole = ActivationSample.of("a", 2, all);
    ActivationSample half = ActivationSample.of("b", 2, all.subList(0, 50));

    assertThat(whole.correlated(0, 1, half, 1).get(0).get(0).value()).isCloseTo(1, within(1e-12));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> half.correlated(0, 1, ActivationSample.of("c", 2, all.subList(50, 100)), 1))
        .withMessageStartingWith("samples of b and c: no token is in both");
  }

  private static float[][] random(long seed, int tokens, int features) {
    Random random = new Random(seed);
    float[][] values = new float[tokens][features];
    for (float[] row : values) {
      for (int i = 0; i < features; i++) {
        row[i] = Math.max(0, (float) random.nextGaussian() - 0.5f);
      }
    }
    return values;
  }

  private static List<FeatureActivationsRow> rows(String name, float[][] values) {
    SparseFeatures sparse = SparseFeatures.of(values);
    List<FeatureActivationsRow> rows = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      rows.add(
          new FeatureActivationsRow(name, i / 10, i % 10, 1, sparse.features(i), sparse.values(i)));
    }
    return rows;
  }

  private static double pearson(float[][] a, int i, float[][] b, int j) {
    double meanA = 0;
    double meanB = 0;
    for (int row = 0; row < a.length; row++) {
      meanA += (double) a[row][i] / a.length;
      meanB += (double) b[row][j] / a.length;
    }
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int row = 0; row < a.length; row++) {
      product += (a[row][i] - meanA) * (b[row][j] - meanB);
      squareA += (a[row][i] - meanA) * (a[row][i] - meanA);
      squareB += (b[row][j] - meanB) * (b[row][j] - meanB);
    }
    return product / Math.sqrt(squareA * squareB);
  }
}
