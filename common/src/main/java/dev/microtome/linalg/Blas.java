package dev.microtome.linalg;

import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;

/** OpenBLAS, loaded with the first call and set to one thread: tasks share a machine's cores. */
final class Blas {
  static {
    openblas_nolapack.blas_set_num_threads(1);
  }

  private Blas() {}

  /**
   * result = op(a)·op(b), row-major, op(a) being [m, inner] and op(b) [inner, n].
   *
   * @param widthA columns of a as it is stored
   */
  static void multiply(
      int m,
      int n,
      int inner,
      double[] a,
      int widthA,
      boolean transposeA,
      double[] b,
      int widthB,
      boolean transposeB,
      double[] result) {
    openblas.cblas_dgemm(
        openblas.CblasRowMajor,
        transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
        transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
        m,
        n,
        inner,
        1,
        a,
        widthA,
        b,
        widthB,
        0,
        result,
        n);
  }

  /**
   * LAPACK's dgeev without vectors.
   *
   * @param a the matrix, n × n, which is overwritten
   * @return 0, or LAPACK's code of what went wrong
   */
  static int eigenvalues(int n, double[] a, double[] real, double[] imaginary) {
    byte withoutVectors = 'N';
    double[] none = new double[1];
    // The transpose has the same eigenvalues, so that the order does not matter.
    return openblas.LAPACKE_dgeev(
        openblas.LAPACK_COL_MAJOR,
        withoutVectors,
        withoutVectors,
        n,
        a,
        n,
        real,
        imaginary,
        none,
        1,
        none,
        1);
  }
}
