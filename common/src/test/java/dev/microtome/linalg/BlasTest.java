package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.Test;

class BlasTest {
  @Test
  void aCallUsesOneThread() {
    Blas.addGram(new double[] {1}, 1, 1, new double[1]);
    assertThat(openblas.blas_get_num_threads()).isEqualTo(1);
  }

  @Test
  void aRoutineThatFailedIsNamed() {
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> Blas.requireDone("dsyevd", 3, 4, 2))
        .withMessage("LAPACK's dsyevd of a matrix of 3 × 4 ended with 2");
  }
}
