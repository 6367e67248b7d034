package dev.microtome.linalg;

import java.nio.DoubleBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;

/**
 * OpenBLAS, loaded with the first call and set to one thread: tasks share a machine's cores, and
 * sums whose order hangs on a number of threads would give other bits on another machine.
 */
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

  /** result = a·bᵀ in float32, row-major, of a [m, inner] and b [n, inner]. */
  static void multiplyTransposed(
      int m, int n, int inner, FloatPointer a, FloatPointer b, FloatPointer result) {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        openblas.CblasNoTrans,
        openblas.CblasTrans,
        m,
        n,
        inner,
        1,
        a,
        inner,
        b,
        inner,
        0,
        result,
        n);
  }

  /** result = a·b in float32, row-major, of a [m, inner] and b [inner, n]. */
  static void multiply(
      int m, int n, int inner, FloatPointer a, FloatPointer b, FloatPointer result) {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        openblas.CblasNoTrans,
        openblas.CblasNoTrans,
        m,
        n,
        inner,
        1,
        a,
        inner,
        b,
        n,
        0,
        result,
        n);
  }

  /**
   * sum ← sum + aᵀ·b in float32, row-major, of a [inner, m] and b [inner, n].
   *
   * @param widthA columns of a as it is stored
   */
  static void addTransposed(
      int m, int n, int inner, FloatPointer a, int widthA, FloatPointer b, FloatPointer sum) {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        openblas.CblasTrans,
        openblas.CblasNoTrans,
        m,
        n,
        inner,
        1,
        a,
        widthA,
        b,
        n,
        1,
        sum,
        n);
  }

  /** y ← y + factor·x in float32. */
  static void add(int n, float factor, FloatPointer x, FloatPointer y) {
    openblas.cblas_saxpy(n, factor, x, 1, y, 1);
  }

  /** Σ x·y in float32. */
  static float dot(int n, FloatPointer x, FloatPointer y) {
    return openblas.cblas_sdot(n, x, 1, y, 1);
  }

  /** sum ← sum + x·xᵀ of x [rows, columns]: the upper triangle of sum [rows, rows] alone. */
  static void addGram(double[] x, int rows, int columns, double[] sum) {
    if (rows == 0 || columns == 0) {
      return;
    }
    openblas.cblas_dsyrk(
        openblas.CblasRowMajor,
        openblas.CblasUpper,
        openblas.CblasNoTrans,
        rows,
        columns,
        1,
        x,
        columns,
        1,
        sum,
        rows);
  }

  /**
   * sum ← sum + xᵀ·x of x [rows, columns]: the upper triangle of sum [columns, columns] alone. Both
   * are direct buffers, which no call copies.
   */
  static void addColumnGram(DoubleBuffer x, int rows, int columns, DoubleBuffer sum) {
    openblas.cblas_dsyrk(
        openblas.CblasRowMajor,
        openblas.CblasUpper,
        openblas.CblasTrans,
        columns,
        rows,
        1,
        x,
        columns,
        1,
        sum,
        columns);
  }

  /**
   * The lower factor L of a = L·Lᵀ in the lower triangle of a [n, n], in its place; above the
   * diagonal a is left as it is.
   *
   * @return whether a is positive definite; if not, a is of no use any more
   */
  static boolean cholesky(double[] a, int n) {
    // A row-major lower triangle is an upper one to LAPACK.
    int info = openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, (byte) 'U', n, a, n);
    if (info < 0) {
      requireDone("dpotrf", n, n, info);
    }
    return info == 0;
  }

  /**
   * ‖a‖₁·‖a⁻¹‖₁ as LAPACK estimates it, from the lower factor of a.
   *
   * @param norm ‖a‖₁
   */
  static double conditionNumber(double[] lower, int n, double norm) {
    double[] reciprocal = new double[1];
    requireDone(
        "dpocon",
        n,
        n,
        openblas.LAPACKE_dpocon(
            openblas.LAPACK_COL_MAJOR, (byte) 'U', n, lower, n, norm, reciprocal));
    return 1 / reciprocal[0];
  }

  /** b ← L⁻¹·b or L⁻ᵀ·b of a lower triangle [n, n] and b [n, columns]. */
  static void solveLower(double[] lower, int n, boolean transposed, double[] b, int columns) {
    openblas.cblas_dtrsm(
        openblas.CblasRowMajor,
        openblas.CblasLeft,
        openblas.CblasLower,
        transposed ? openblas.CblasTrans : openblas.CblasNoTrans,
        openblas.CblasNonUnit,
        n,
        columns,
        1,
        lower,
        n,
        b,
        columns);
  }

  /** b ← L·b of a lower triangle [n, n] and b [n, columns]. */
  static void multiplyLower(double[] lower, int n, double[] b, int columns) {
    openblas.cblas_dtrmm(
        openblas.CblasRowMajor,
        openblas.CblasLeft,
        openblas.CblasLower,
        openblas.CblasNoTrans,
        openblas.CblasNonUnit,
        n,
        columns,
        1,
        lower,
        n,
        b,
        columns);
  }

  /** x ← L·x or Lᵀ·x of a lower triangle [n, n] outside of the heap. */
  static void multiplyLower(DoublePointer lower, int n, boolean transposed, DoublePointer x) {
    openblas.cblas_dtrmv(
        openblas.CblasRowMajor,
        openblas.CblasLower,
        transposed ? openblas.CblasTrans : openblas.CblasNoTrans,
        openblas.CblasNonUnit,
        n,
        lower,
        n,
        x,
        1);
  }

  /** x ← L⁻¹·x or L⁻ᵀ·x of a lower triangle [n, n] outside of the heap. */
  static void solveLower(DoublePointer lower, int n, boolean transposed, DoublePointer x) {
    openblas.cblas_dtrsv(
        openblas.CblasRowMajor,
        openblas.CblasLower,
        transposed ? openblas.CblasTrans : openblas.CblasNoTrans,
        openblas.CblasNonUnit,
        n,
        lower,
        n,
        x,
        1);
  }

  /** Real and imaginary parts of the eigenvalues of a [n, n], which is overwritten. */
  static void eigenvalues(double[] a, int n, double[] real, double[] imaginary) {
    byte withoutVectors = 'N';
    double[] none = new double[1];
    // The transpose has the same eigenvalues, so that the order does not matter.
    requireDone(
        "dgeev",
        n,
        n,
        openblas.LAPACKE_dgeev(
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
            1));
  }

  /**
   * Eigenvalues of a symmetric a [n, n], ascending, and in a's place row i of it the eigenvector of
   * value i.
   */
  static void symmetricEigen(double[] a, int n, double[] values) {
    requireDone(
        "dsyevd",
        n,
        n,
        openblas.LAPACKE_dsyevd(
            openblas.LAPACK_COL_MAJOR, (byte) 'V', (byte) 'U', n, a, n, values));
  }

  /** The eigenvalues alone, ascending; a is overwritten. */
  static void symmetricEigenvalues(double[] a, int n, double[] values) {
    requireDone(
        "dsyevd",
        n,
        n,
        openblas.LAPACKE_dsyevd(
            openblas.LAPACK_COL_MAJOR, (byte) 'N', (byte) 'U', n, a, n, values));
  }

  /**
   * Singular values of a [rows, columns], descending, with left vectors [rows, k] and right ones
   * [k, columns], k = min(rows, columns). a is overwritten.
   */
  static void singularValues(
      double[] a, int rows, int columns, double[] values, double[] left, double[] right) {
    // A row-major array is its transpose to LAPACK, whose left vectors are our right ones.
    requireDone(
        "dgesdd",
        rows,
        columns,
        openblas.LAPACKE_dgesdd(
            openblas.LAPACK_COL_MAJOR,
            (byte) 'S',
            columns,
            rows,
            a,
            columns,
            values,
            right,
            columns,
            left,
            Math.min(rows, columns)));
  }

  /**
   * A copy of the entries of a square matrix.
   *
   * @param what the quantity asked for, such as "Eigenvalues"
   * @throws IllegalArgumentException if it is not square or has a number that is not finite
   */
  static double[] squareEntries(String what, Matrix matrix) {
    if (matrix.columns() != matrix.rows()) {
      throw new IllegalArgumentException(
          "%s of a matrix of %d × %d".formatted(what, matrix.rows(), matrix.columns()));
    }
    double[] a = matrix.toArray();
    requireFinite(what, a);
    return a;
  }

  /**
   * Refuses what LAPACK would loop on.
   *
   * @param what the quantity asked for, such as "Eigenvalues"
   */
  static void requireFinite(String what, double[] a) {
    for (double value : a) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "%s of a matrix with an entry %s".formatted(what, value));
      }
    }
  }

  /**
   * Checks a routine's exit code.
   *
   * @throws ArithmeticException if it is not 0
   */
  static void requireDone(String routine, int rows, int columns, int info) {
    if (info != 0) {
      throw new ArithmeticException(
          "LAPACK's %s of a matrix of %d × %d ended with %d"
              .formatted(routine, rows, columns, info));
    }
  }
}
