package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.Arrays;

/**
 * x ↦ x − C·(z − z̄): erases with the targets of each activation known. Immutable.
 *
 * @see LeaceFitter#oracle
 */
public final class OracleEraser {
  private final Matrix coefficients;
  private final double[] meanZ;

  OracleEraser(Matrix coefficients, double[] meanZ) {
    this.coefficients = coefficients;
    this.meanZ = meanZ;
  }

  /** C [d, k]. */
  public Matrix coefficients() {
    return coefficients;
  }

  /**
   * Erases the concept from rows.
   *
   * @param x [n, d]
   * @param z [n, k]
   */
  public Matrix apply(Matrix x, Matrix z) {
    if (z.columns() != meanZ.length || z.rows() != x.rows()) {
      throw new IllegalArgumentException(
          "Targets of %d × %d for %d activations, expected %d columns"
              .formatted(z.rows(), z.columns(), x.rows(), meanZ.length));
    }
    double[] centred = z.toArray();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= meanZ[i % meanZ.length];
    }
    Matrix moved = Matrix.of(z.rows(), z.columns(), centred).timesTranspose(coefficients);
    return x.plus(moved.scaled(-1));
  }

  @Override
  public String toString() {
    return "OracleEraser%s".formatted(Arrays.toString(meanZ));
  }
}
