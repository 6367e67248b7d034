package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Comparisons of matrices in tests. */
public final class Matrices {
  private Matrices() {}

  public static void assertClose(Matrix found, Matrix expected, double tolerance) {
    assertThat(found.rows()).isEqualTo(expected.rows());
    assertThat(found.columns()).isEqualTo(expected.columns());
    assertThat(found.toArray()).containsExactly(expected.toArray(), within(tolerance));
  }

  static void assertOrthonormalRows(Matrix matrix) {
    double[] identity = new double[matrix.rows() * matrix.rows()];
    for (int i = 0; i < matrix.rows(); i++) {
      identity[i * matrix.rows() + i] = 1;
    }
    assertClose(
        matrix.timesTranspose(matrix), Matrix.of(matrix.rows(), matrix.rows(), identity), 1e-13);
  }
}
