package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
  @Test
  void theLargestValueIsFirst() {
    SymmetricEigen eigen = SymmetricEigen.of(Matrix.of(2, 2, 2, 1, 1, 2));
    assertThat(eigen.count()).isEqualTo(2);
    assertThat(eigen.value(0)).isCloseTo(3, within(1e-14));
    assertThat(eigen.value(1)).isCloseTo(1, within(1e-14));
    double[] first = eigen.vector(0);
    assertThat(first[0]).isCloseTo(first[1], within(1e-14));
    double[] second = eigen.vector(1);
    assertThat(second[0]).isCloseTo(-second[1], within(1e-14));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void valuesAndVectorsMakeTheMatrixAgain(long seed) {
    Random random = new Random(seed);
    int n = 1 + random.nextInt(60);
    Matrix square = Matrix.of(n, n, random.doubles((long) n * n, -1, 1).toArray());
    Matrix matrix = square.plus(square.transpose());
    SymmetricEigen eigen = SymmetricEigen.of(matrix);
    double[] scaled = eigen.vectors().toArray();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        scaled[i * n + j] *= eigen.value(i);
      }
      assertThat(i == 0 || eigen.value(i - 1) >= eigen.value(i)).as("descending").isTrue();
    }
    Matrices.assertClose(eigen.vectors().transposeTimes(Matrix.of(n, n, scaled)), matrix, 1e-12);
    Matrices.assertOrthonormalRows(eigen.vectors());
  }

  @Test
  void theHilbertMatrixKeepsItsSmallValueToTheLargestOnesRounding() {
    int n = 5;
    double[] hilbert = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        hilbert[i * n + j] = 1.0 / (i + j + 1);
      }
    }
    SymmetricEigen eigen = SymmetricEigen.of(Matrix.of(n, n, hilbert));
    assertThat(eigen.value(0)).isCloseTo(1.5670506910982307, within(1e-14));
    assertThat(eigen.value(4)).isCloseTo(3.2879287721718665e-6, within(1e-15));
  }

  @Test
  void concurrentCallsGiveTheSameBits() {
    Matrix square = Matrix.of(150, 150, new Random(1).doubles(150 * 150, -1, 1).toArray());
    Matrix matrix = square.plus(square.transpose());
    Matrix alone = SymmetricEigen.of(matrix).vectors();
    assertThat(IntStream.range(0, 16).parallel().mapToObj(i -> SymmetricEigen.of(matrix).vectors()))
        .allMatch(alone::equals);
  }

  @Test
  void refusesWhatIsNotSymmetric() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SymmetricEigen.of(Matrix.zeros(2, 3)))
        .withMessage("Eigenvectors of a matrix of 2 × 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SymmetricEigen.of(Matrix.of(2, 2, 1, 2, 3, 4)))
        .withMessage("Matrix is not symmetric: (1, 0) is 3.0, (0, 1) is 2.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SymmetricEigen.of(Matrix.of(1, 1, Double.POSITIVE_INFINITY)))
        .withMessage("Eigenvectors of a matrix with an entry Infinity");
    assertThat(SymmetricEigen.of(Matrix.zeros(0, 0)).count()).isZero();
  }
}
