package dev.microtome.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcaTest {
  private static final Matrix LINE = Matrix.of(3, 2, 1, 1, 2, 3, 3, 5);

  @Test
  void rowsOnALineHaveOneComponent() {
    Pca pca = fit(LINE, 2);
    assertThat(pca.components()).isEqualTo(1);
    assertThat(pca.rows()).isEqualTo(3);
    assertThat(pca.explainedVariance(0)).isCloseTo(5, within(1e-14));
    assertThat(pca.explainedVarianceRatio(0)).isCloseTo(1, within(1e-14));
    assertThat(pca.singularValue(0)).isCloseTo(Math.sqrt(10), within(1e-14));
    assertThat(pca.score(0, 0)).isCloseTo(-Math.sqrt(5), within(1e-14));
    assertThat(pca.score(1, 0)).isCloseTo(0, within(1e-14));
    assertThat(pca.score(2, 0)).isCloseTo(Math.sqrt(5), within(1e-14));
    Matrix loadings = pca.loadings(LINE);
    assertThat(loadings.at(0, 0)).isCloseTo(1 / Math.sqrt(5), within(1e-14));
    assertThat(loadings.at(0, 1)).isCloseTo(2 / Math.sqrt(5), within(1e-14));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void anySplitOfTheColumnsMergesToTheWhole(long seed) {
    Random random = new Random(seed);
    int rows = 3 + random.nextInt(20);
    int columns = 40 + random.nextInt(200);
    Matrix x = gaussian(rows, columns, random);
    int components = rows - 1;
    Pca whole = fit(x, components);

    List<Matrix> blocks = new ArrayList<>();
    for (int from = 0; from < columns; ) {
      int to = Math.min(columns, from + 1 + random.nextInt(60));
      blocks.add(columns(x, from, to));
      from = to;
    }
    PcaFitter merged = PcaFitter.ofRows(rows);
    for (Matrix block : blocks) {
      PcaFitter part = PcaFitter.ofRows(rows);
      part.add(block);
      merged.merge(PcaFitter.of(part.gram()));
    }
    Pca unsigned = merged.fit(components);
    LargestLoadings largest = LargestLoadings.ofComponents(components);
    for (Matrix block : blocks) {
      LargestLoadings part = LargestLoadings.ofComponents(components);
      part.add(unsigned.loadings(block));
      largest.merge(part);
    }
    Pca split = unsigned.signedBy(largest);
    for (int c = 0; c < components; c++) {
      assertThat(split.explainedVariance(c))
          .isCloseTo(whole.explainedVariance(c), within(1e-10 * whole.explainedVariance(0)));
      for (int row = 0; row < rows; row++) {
        assertThat(split.score(row, c)).isCloseTo(whole.score(row, c), within(1e-8));
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3})
  void allComponentsMakeTheCentredRowsAgain(long seed) {
    Random random = new Random(seed);
    Matrix x = gaussian(9, 50, random);
    Pca pca = fit(x, 8);
    Matrix loadings = pca.loadings(x);
    double ratio = 0;
    double[] scores = new double[9 * 8];
    for (int c = 0; c < 8; c++) {
      ratio += pca.explainedVarianceRatio(c);
      for (int row = 0; row < 9; row++) {
        scores[row * 8 + c] = pca.score(row, c);
      }
    }
    assertThat(ratio).isCloseTo(1, within(1e-12));
    double[] made = Matrix.of(9, 8, scores).times(loadings).toArray();
    assertThat(made).containsExactly(PcaFitter.centred(x).toArray(), within(1e-12));
  }

  /** Rounding leaves eigenvalues of either sign where there is nothing to explain. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void rowsOfAPlaneHaveTwoComponentsDespiteRounding(long seed) {
    Random random = new Random(seed);
    Matrix plane = gaussian(9, 2, random).times(gaussian(2, 80, random));
    assertThat(fit(plane, 8).components()).isEqualTo(2);
  }

  @Test
  void ofTwoEntriesOfOneModulusTheFirstFixesTheSign() {
    LargestLoadings largest = LargestLoadings.ofComponents(2);
    largest.add(Matrix.of(2, 3, 1, -2, 2, 3, 0, -3));
    assertThat(largest.value(0)).isEqualTo(-2);
    assertThat(largest.value(1)).isEqualTo(3);
    LargestLoadings later = LargestLoadings.ofComponents(2);
    later.add(Matrix.of(2, 1, 2, -3.5));
    largest.merge(later);
    assertThat(largest.value(0)).isEqualTo(-2);
    assertThat(largest.value(1)).isEqualTo(-3.5);
  }

  @Test
  void aColumnThatDoesNotVaryAddsNothing() {
    PcaFitter fitter = PcaFitter.ofRows(3);
    fitter.add(LINE);
    Matrix before = fitter.gram();
    fitter.add(Matrix.of(3, 1, 0.1, 0.1, 0.1));
    assertThat(fitter.gram()).isEqualTo(before);
  }

  @Test
  void refusesWhatHasNoComponents() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PcaFitter.ofRows(1))
        .withMessage("PCA of 1 rows: at least 2 are needed");
    PcaFitter fitter = PcaFitter.ofRows(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.add(Matrix.of(3, 2, 1, 2, 3, Double.NaN, 5, 6)))
        .withMessage("PCA: row 1, column 1 of the block is NaN");
    fitter.add(Matrix.of(3, 2, 0.1, 2, 0.1, 2, 0.1, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.fit(1))
        .withMessage("PCA of 3 rows that are all the same");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.fit(3))
        .withMessage("3 components of 3 rows: expected 1 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fit(LINE, 2).signedBy(LargestLoadings.ofComponents(2)))
        .withMessage("Largest loadings of 2 components, expected 1");
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> fit(LINE, 2).score(0, 1))
        .withMessage("Component 1 of 1");
  }

  static Pca fit(Matrix x, int components) {
    PcaFitter fitter = PcaFitter.ofRows(x.rows());
    fitter.add(x);
    Pca pca = fitter.fit(components);
    LargestLoadings largest = LargestLoadings.ofComponents(pca.components());
    largest.add(pca.loadings(x));
    return pca.signedBy(largest);
  }

  static Matrix columns(Matrix x, int from, int to) {
    return x.transpose().rows(from, to).transpose();
  }

  private static Matrix gaussian(int rows, int columns, Random random) {
    double[] data = new double[rows * columns];
    for (int i = 0; i < data.length; i++) {
      data[i] = 3 + random.nextGaussian() * (1 + i / columns);
    }
    return Matrix.of(rows, columns, data);
  }
}
