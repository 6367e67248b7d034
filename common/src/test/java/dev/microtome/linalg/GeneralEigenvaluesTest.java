package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneralEigenvaluesTest {
  @Test
  void aRotationHasAConjugatePair() {
    GeneralEigenvalues values = GeneralEigenvalues.of(Matrix.of(2, 2, 0, -3, 3, 0));
    assertThat(values.count()).isEqualTo(2);
    assertThat(values.real(0)).isCloseTo(0, within(1e-14));
    assertThat(values.imaginary(0)).isCloseTo(3, within(1e-14));
    assertThat(values.imaginary(1)).isCloseTo(-3, within(1e-14));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void theirSumIsTheTraceAndTheirSquaresSumToTheTraceOfTheSquare(long seed) {
    Random random = new Random(seed);
    int n = 1 + random.nextInt(40);
    Matrix matrix = Matrix.of(n, n, random.doubles((long) n * n, -1, 1).toArray());
    GeneralEigenvalues values = GeneralEigenvalues.of(matrix);
    double sum = 0;
    double imaginary = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      sum += values.real(i);
      imaginary += values.imaginary(i);
      squares += values.real(i) * values.real(i) - values.imaginary(i) * values.imaginary(i);
    }
    assertThat(sum).isCloseTo(matrix.trace(), within(1e-11));
    assertThat(imaginary).isCloseTo(0, within(1e-12));
    assertThat(squares).isCloseTo(matrix.times(matrix).trace(), within(1e-10));
  }

  @Test
  void refusesWhatHasNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GeneralEigenvalues.of(Matrix.zeros(2, 3)))
        .withMessage("Eigenvalues of a matrix of 2 × 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GeneralEigenvalues.of(Matrix.of(1, 1, Double.NaN)))
        .withMessage("Eigenvalues of a matrix with an entry NaN");
    assertThat(GeneralEigenvalues.of(Matrix.zeros(0, 0)).count()).isZero();
  }
}
