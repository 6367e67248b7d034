package dev.microtome.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrices;
import dev.microtome.linalg.Matrix;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MomentsTest {
  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  /** More rows than a block has, far from the origin. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void areThoseOfTwoPassesWhateverTheSplit(long seed) {
    Random random = new Random(seed);
    int rows = 2 + random.nextInt(1500);
    int columns = 1 + random.nextInt(6);
    double[][] x = new double[rows][columns];
    for (double[] row : x) {
      for (int i = 0; i < columns; i++) {
        row[i] = 1000 * i + (1 + i) * random.nextGaussian() + (i > 0 ? row[i - 1] : 0);
      }
    }

    Moments whole = moments(x, 0, rows);
    int cut = random.nextInt(rows + 1);
    Moments merged = moments(x, 0, cut);
    Moments rest = moments(x, cut, rows);
    merged.merge(Moments.of(rest.count(), rest.mean(), rest.scatterBytes()));

    double[] mean = new double[columns];
    for (double[] row : x) {
      for (int i = 0; i < columns; i++) {
        mean[i] += row[i] / rows;
      }
    }
    double[] scatter = new double[columns * columns];
    for (double[] row : x) {
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j < columns; j++) {
          scatter[i * columns + j] += (row[i] - mean[i]) * (row[j] - mean[j]);
        }
      }
    }
    Matrix expected = Matrix.of(columns, columns, scatter);
    double tolerance = 1e-11 * expected.trace(); // float64 sums in another order
    for (Moments found : new Moments[] {whole, merged}) {
      assertThat(found.count()).isEqualTo(rows);
      assertThat(found.mean()).containsExactly(mean, within(1e-8));
      Matrices.assertClose(found.scatter(0, columns, 0, columns), expected, tolerance);
    }
    Matrix corner = whole.scatter(0, 1, columns - 1, columns);
    assertThat(corner.at(0, 0)).isCloseTo(expected.at(0, columns - 1), within(tolerance));
    assertThat(whole.scatter(columns - 1, columns, 0, 1)).isEqualTo(corner);
    assertThat(moments(x, 0, rows).scatterBytes()).isEqualTo(whole.scatterBytes());
  }

  @Test
  void aColumnThatDoesNotVaryHasNoScatter() {
    Moments moments = Moments.ofColumns(2);
    Moments others = Moments.ofColumns(2);
    for (int i = 0; i < 1100; i++) {
      moments.add(new float[] {0.1f}, i);
      others.add(new float[] {0.1f}, -i);
    }
    moments.merge(others);
    assertThat(moments.scatter(0, 1, 0, 2)).isEqualTo(Matrix.zeros(1, 2));
    assertThat(moments.mean()[0]).isEqualTo(0.1f);
  }

  @Test
  void mergedWithNothingStay() {
    Moments moments = Moments.ofColumns(1);
    moments.merge(Moments.ofColumns(1));
    assertThat(moments.count()).isZero();
    moments.add(new double[] {3});
    moments.add(new double[] {5});
    moments.merge(Moments.ofColumns(1));
    assertThat(moments.mean()).containsExactly(4);
    assertThat(moments.scatter(0, 1, 0, 1).at(0, 0)).isEqualTo(2);
  }

  @Test
  void refuseWhatDoesNotFit() {
    Moments moments = Moments.ofColumns(2);
    moments.add(new double[] {1, 2});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.add(new float[] {1}, 2, 3))
        .withMessage("A row of 3 numbers for moments of 2 columns");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.add(new float[] {1}, Double.NaN))
        .withMessage("Moments: number 1 of row 1 is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.merge(moments))
        .withMessage("Inner products cannot be merged with themselves");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.merge(Moments.ofColumns(3)))
        .withMessage("Inner products of 3 columns, expected 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Moments.of(1, new double[2], new byte[8]))
        .withMessage("8 bytes of inner products of 2 columns, expected 24");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Moments.ofColumns(20_000))
        .withMessage("Inner products of 20000 columns: expected 1 to 16383");
  }

  private static Moments moments(double[][] x, int from, int to) {
    Moments moments = Moments.ofColumns(x[0].length);
    for (int row = from; row < to; row++) {
      moments.add(x[row]);
    }
    return moments;
  }
}
