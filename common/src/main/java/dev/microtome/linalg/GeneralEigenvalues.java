package dev.microtome.linalg;

/**
 * The eigenvalues of a square matrix that need not be symmetric, by LAPACK's dgeev: complex numbers
 * that come in conjugate pairs, in no particular order. About 10·n³ multiplications.
 */
public final class GeneralEigenvalues {
  private final double[] real;
  private final double[] imaginary;

  private GeneralEigenvalues(double[] real, double[] imaginary) {
    this.real = real;
    this.imaginary = imaginary;
  }

  /**
   * Computes them.
   *
   * @throws IllegalArgumentException if the matrix is not square or has a number that is not finite
   * @throws ArithmeticException if the iteration does not converge
   */
  public static GeneralEigenvalues of(Matrix matrix) {
    int n = matrix.rows();
    double[] a = Blas.squareEntries("Eigenvalues", matrix);
    double[] real = new double[n];
    double[] imaginary = new double[n];
    if (n > 0) {
      Blas.eigenvalues(a, n, real, imaginary);
    }
    return new GeneralEigenvalues(real, imaginary);
  }

  /** How many there are: the matrix's size. */
  public int count() {
    return real.length;
  }

  public double real(int index) {
    return real[index];
  }

  public double imaginary(int index) {
    return imaginary[index];
  }
}
