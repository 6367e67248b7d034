package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MatrixTest {
  private static final Matrix A = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
  private static final Matrix B = Matrix.of(3, 2, 1, 0, -1, 2, 3, 1);

  @Test
  void multiplies() {
    assertThat(A.times(B)).isEqualTo(Matrix.of(2, 2, 8, 7, 17, 16));
    assertThat(A.transpose()).isEqualTo(Matrix.of(3, 2, 1, 4, 2, 5, 3, 6));
    assertThat(A.transposeTimes(A)).isEqualTo(A.transpose().times(A));
    assertThat(A.timesTranspose(A)).isEqualTo(Matrix.of(2, 2, 14, 32, 32, 77));
    assertThat(A.plus(A)).isEqualTo(A.scaled(2));
  }

  @Test
  void readsRowsTraceAndNorm() {
    assertThat(A.rows(1, 2)).isEqualTo(Matrix.of(1, 3, 4, 5, 6));
    assertThat(A.row(0)).containsExactly(1, 2, 3);
    assertThat(A.at(1, 0)).isEqualTo(4);
    assertThat(A.times(B).trace()).isEqualTo(24);
    assertThat(A.frobeniusNorm()).isCloseTo(Math.sqrt(91), within(1e-15));
    assertThat(A.inner(B.transpose())).isEqualTo(A.times(B).trace());
  }

  @Test
  void isNotChangedThroughItsArrays() {
    double[] data = {1, 2};
    Matrix matrix = Matrix.of(1, 2, data);
    data[0] = 9;
    matrix.toArray()[1] = 9;
    assertThat(matrix).isEqualTo(Matrix.of(1, 2, 1, 2));
  }

  @Test
  void refusesSizesThatDoNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Matrix.of(2, 2, 1, 2, 3))
        .withMessage("3 numbers for a matrix of 2 × 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> A.times(A))
        .withMessage("Columns and rows differ: 3 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(A::trace)
        .withMessage("Rows and columns differ: 2 and 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> A.plus(B))
        .withMessage("Rows differ: 2 and 3");
  }
}
