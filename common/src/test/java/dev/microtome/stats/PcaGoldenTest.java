package dev.microtome.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.Safetensors;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against scikit-learn 1.9.1, svd_solver full, float64. */
class PcaGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"tall", "wide"})
  void isScikitLearns(String name) throws URISyntaxException {
    Path file = Path.of(PcaGoldenTest.class.getResource("/golden/pca/pca.safetensors").toURI());
    try (Safetensors golden = Safetensors.open(file)) {
      Matrix x = matrix(golden, name + ".x");
      Matrix components = matrix(golden, name + ".components");
      Matrix scores = matrix(golden, name + ".scores");
      Pca pca = PcaTest.fit(x, components.rows());
      assertThat(pca.components()).isEqualTo(components.rows());
      double[] variances = golden.doubles(name + ".explained_variance");
      double[] ratios = golden.doubles(name + ".explained_variance_ratio");
      double[] singular = golden.doubles(name + ".singular_values");
      for (int c = 0; c < components.rows(); c++) {
        assertThat(pca.explainedVariance(c)).isCloseTo(variances[c], within(1e-9 * variances[c]));
        assertThat(pca.explainedVarianceRatio(c)).isCloseTo(ratios[c], within(1e-9 * ratios[c]));
        assertThat(pca.singularValue(c)).isCloseTo(singular[c], within(1e-9 * singular[c]));
        for (int row = 0; row < x.rows(); row++) {
          assertThat(pca.score(row, c)).isCloseTo(scores.at(row, c), within(1e-7));
        }
      }
      assertThat(pca.loadings(x).toArray()).containsExactly(components.toArray(), within(1e-7));
    }
  }

  private static Matrix matrix(Safetensors golden, String name) {
    return Matrix.of(
        golden.tensor(name).shape().get(0).intValue(),
        golden.tensor(name).shape().get(1).intValue(),
        golden.doubles(name));
  }
}
