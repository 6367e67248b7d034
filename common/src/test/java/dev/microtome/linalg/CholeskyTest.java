package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyTest {
  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void multipliesAndSolves(long seed) {
    Random random = new Random(seed);
    int n = 1 + random.nextInt(9);
    Matrix rows = random(random, 2 * n + 3, n);
    Matrix matrix = rows.transposeTimes(rows);
    Matrix b = random(random, n, 1 + random.nextInt(4));

    Cholesky factor = Cholesky.of(matrix).orElseThrow();

    // Float64, condition numbers up to 1e3
    Matrices.assertClose(factor.solveLowerTransposed(factor.solveLower(matrix.times(b))), b, 1e-11);
    Matrices.assertClose(factor.solveLower(factor.timesLower(b)), b, 1e-12);
    Matrix lower = factor.timesLower(identity(n));
    assertThat(factor.lower()).isEqualTo(lower);
    Matrices.assertClose(lower.timesTranspose(lower), matrix, 1e-12);
    assertThat(lower.at(0, n - 1)).isEqualTo(n == 1 ? lower.at(0, 0) : 0);
  }

  @Test
  void estimatesTheConditionNumber() {
    Cholesky factor = Cholesky.of(Matrix.of(2, 2, 4, 0, 0, 1e-6)).orElseThrow();
    assertThat(factor.conditionNumber()).isCloseTo(4e6, within(1e-3));
    // ‖A‖₁ = 5, and 1/3 of the inverse.
    Cholesky negative = Cholesky.of(Matrix.of(2, 2, 4, -1, -1, 4)).orElseThrow();
    assertThat(negative.conditionNumber()).isCloseTo(5 / 3.0, within(1e-12));
  }

  /** 200 dimensions take more steps than are made: the ratio is found from below. */
  @ParameterizedTest(name = "{0} dimensions")
  @ValueSource(ints = {1, 2, 9, 60, 200})
  void findsTheRatioOfTheExtremeEigenvalues(int n) {
    Matrix rows = random(new Random(n), 2 * n + 3, n);
    Matrix matrix = rows.transposeTimes(rows);
    double[] values = SymmetricEigen.values(matrix);
    double expected = values[0] / values[n - 1];
    double found = Cholesky.of(matrix).orElseThrow().eigenvalueRatio();
    assertThat(found).isBetween(expected * (n > 64 ? 0.98 : 1 - 1e-9), expected * (1 + 1e-9));
  }

  @Test
  void isNoneOfAMatrixThatIsNotPositiveDefinite() {
    assertThat(Cholesky.of(Matrix.of(2, 2, 1, 2, 2, 1))).isEmpty();
    assertThat(Cholesky.of(Matrix.zeros(3, 3))).isEmpty();
  }

  @Test
  void refusesWhatHasNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cholesky.of(Matrix.zeros(2, 3)))
        .withMessage("Cholesky factor of a matrix of 2 × 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cholesky.of(Matrix.of(1, 1, Double.NaN)))
        .withMessage("Cholesky factor of a matrix with an entry NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cholesky.of(identity(2)).orElseThrow().solveLower(Matrix.zeros(3, 1)))
        .withMessage("3 rows on the right of a Cholesky factor of 2");
  }

  private static Matrix identity(int n) {
    double[] values = new double[n * n];
    for (int i = 0; i < n; i++) {
      values[i * n + i] = 1;
    }
    return Matrix.of(n, n, values);
  }

  private static Matrix random(Random random, int rows, int columns) {
    return Matrix.of(rows, columns, random.doubles((long) rows * columns, -1, 1).toArray());
  }
}
