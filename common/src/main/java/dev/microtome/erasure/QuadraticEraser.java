package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.List;

/**
 * x ↦ T_c·(x − μ_c) + m, with c the class of x: afterwards all classes have mean m and one
 * covariance. Immutable.
 *
 * @see QuadraticFitter
 */
public final class QuadraticEraser {
  private final List<double[]> means;
  private final List<Matrix> transports;
  private final double[] target;

  QuadraticEraser(List<double[]> means, List<Matrix> transports, double[] target) {
    this.means = means;
    this.transports = transports;
    this.target = target;
  }

  /** T_c [d, d]. */
  public Matrix transport(int label) {
    return transports.get(label);
  }

  /** A copy of m [d]. */
  public double[] target() {
    return target.clone();
  }

  /** Erases the class from one activation of it. */
  public double[] apply(double[] x, int label) {
    if (x.length != target.length) {
      throw new IllegalArgumentException(
          "Activations of %d numbers for an eraser of %d".formatted(x.length, target.length));
    }
    double[] centred = x.clone();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= means.get(label)[i];
    }
    double[] moved =
        Matrix.of(1, centred.length, centred).timesTranspose(transports.get(label)).toArray();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += target[i];
    }
    return moved;
  }
}
