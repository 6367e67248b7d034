package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvdTest {
  @Test
  void aMatrixOfRankOneHasOneValue() {
    Svd svd = Svd.of(Matrix.of(2, 3, 1, 2, 2, 2, 4, 4));
    assertThat(svd.count()).isEqualTo(2);
    assertThat(svd.value(0)).isCloseTo(Math.sqrt(45), within(1e-14));
    assertThat(svd.value(1)).isCloseTo(0, within(1e-15));
    assertThat(Math.abs(svd.left().at(1, 0))).isCloseTo(2 / Math.sqrt(5), within(1e-14));
    assertThat(Math.abs(svd.right().at(0, 0))).isCloseTo(1.0 / 3, within(1e-14));
  }

  @ParameterizedTest(name = "{0} × {1}")
  @CsvSource({"1, 1", "1, 7", "7, 1", "5, 5", "30, 8", "8, 30", "64, 63"})
  void factorsMakeTheMatrixAgain(int rows, int columns) {
    Random random = new Random(rows * 100L + columns);
    Matrix matrix =
        Matrix.of(rows, columns, random.doubles((long) rows * columns, -1, 1).toArray());
    Svd svd = Svd.of(matrix);
    int k = Math.min(rows, columns);
    assertThat(svd.count()).isEqualTo(k);
    double[] scaled = svd.right().toArray();
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < columns; j++) {
        scaled[i * columns + j] *= svd.value(i);
      }
      assertThat(svd.value(i)).isBetween(0.0, i == 0 ? Double.MAX_VALUE : svd.value(i - 1));
    }
    Matrices.assertClose(svd.left().times(Matrix.of(k, columns, scaled)), matrix, 1e-13);
    Matrices.assertOrthonormalRows(svd.right());
    Matrices.assertOrthonormalRows(svd.left().transpose());
  }

  @Test
  void refusesWhatHasNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Svd.of(Matrix.of(1, 2, 1, Double.NaN)))
        .withMessage("Singular values of a matrix with an entry NaN");
    assertThat(Svd.of(Matrix.zeros(0, 3)).count()).isZero();
  }
}
