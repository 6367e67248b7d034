package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.Arrays;

/**
 * x ↦ x − C·(z − z̄): erases with the targets of each activation known. Immutable.
 *
 * @see LeaceFitter#oracle
 */
public final class OracleEraser implements LabelledEraser {
  private final Matrix coefficients;
  private final double[] meanZ;

  /**
   * An eraser of these numbers.
   *
   * @param coefficients C [d, k]
   * @param meanZ z̄ [k]
   */
  OracleEraser(Matrix coefficients, double[] meanZ) {
    if (coefficients.columns() != meanZ.length) {
      throw new IllegalArgumentException(
          "Coefficients of %d targets with a mean of %d"
              .formatted(coefficients.columns(), meanZ.length));
    }
    this.coefficients = coefficients;
    this.meanZ = meanZ.clone();
  }

  @Override
  public int dimensions() {
    return coefficients.rows();
  }

  @Override
  public int targets() {
    return meanZ.length;
  }

  @Override
  public long size() {
    return (dimensions() + 1L) * targets();
  }

  /** C [d, k]. */
  public Matrix coefficients() {
    return coefficients;
  }

  /** A copy of z̄ [k]. */
  public double[] meanZ() {
    return meanZ.clone();
  }

  @Override
  public Matrix apply(Matrix x, Matrix z) {
    if (x.columns() != dimensions() || z.columns() != meanZ.length || z.rows() != x.rows()) {
      throw new IllegalArgumentException(
          "Activations of %d × %d with targets of %d × %d, expected %d and %d columns"
              .formatted(x.rows(), x.columns(), z.rows(), z.columns(), dimensions(), meanZ.length));
    }
    double[] centred = z.toArray();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= meanZ[i % meanZ.length];
    }
    Matrix moved = Matrix.of(z.rows(), z.columns(), centred).timesTranspose(coefficients);
    return x.plus(moved.scaled(-1));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OracleEraser eraser
        && coefficients.equals(eraser.coefficients)
        && Arrays.equals(meanZ, eraser.meanZ);
  }

  @Override
  public int hashCode() {
    return 31 * coefficients.hashCode() + Arrays.hashCode(meanZ);
  }

  @Override
  public String toString() {
    return "OracleEraser[%d targets, %d dimensions]".formatted(meanZ.length, dimensions());
  }
}
