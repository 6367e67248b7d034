package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * x ↦ T_c·(x − μ_c) + m, with c the class of x: afterwards all classes have mean m and one
 * covariance. Immutable.
 *
 * @see QuadraticFitter
 */
public final class QuadraticEraser implements LabelledEraser {
  private final List<double[]> means;
  private final List<Matrix> transports;
  private final double[] target;

  /**
   * An eraser of these numbers.
   *
   * @param means μ_c [d] by class
   * @param transports T_c [d, d] by class
   * @param target m [d]
   */
  QuadraticEraser(List<double[]> means, List<Matrix> transports, double[] target) {
    if (means.size() != transports.size()
        || means.stream().anyMatch(mean -> mean.length != target.length)
        || transports.stream()
            .anyMatch(map -> map.rows() != target.length || map.columns() != target.length)) {
      throw new IllegalArgumentException(
          "%d means and %d maps of classes do not fit a mean of %d"
              .formatted(means.size(), transports.size(), target.length));
    }
    this.means = means.stream().map(double[]::clone).toList();
    this.transports = List.copyOf(transports);
    this.target = target.clone();
  }

  @Override
  public int dimensions() {
    return target.length;
  }

  /** k: classes. */
  @Override
  public int targets() {
    return means.size();
  }

  @Override
  public long size() {
    return (dimensions() + 1L) * dimensions() * targets() + dimensions();
  }

  /** T_c [d, d]. */
  public Matrix transport(int label) {
    return transports.get(label);
  }

  /** A copy of μ_c [d]. */
  public double[] classMean(int label) {
    return means.get(label).clone();
  }

  /** A copy of m [d]. */
  public double[] target() {
    return target.clone();
  }

  /** Erases the class from one activation of it. */
  public double[] apply(double[] x, int label) {
    requireWidth(x.length);
    return moved(Matrix.of(1, x.length, x), label).toArray();
  }

  /**
   * Erases the classes from rows, all rows of a class at once.
   *
   * @param z one-hot
   */
  @Override
  public Matrix apply(Matrix x, Matrix z) {
    requireWidth(x.columns());
    List<List<Integer>> byClass = new ArrayList<>();
    for (int label = 0; label < targets(); label++) {
      byClass.add(new ArrayList<>());
    }
    for (int row = 0; row < x.rows(); row++) {
      byClass.get(label(z.row(row))).add(row);
    }
    int d = dimensions();
    double[] erased = new double[x.rows() * d];
    for (int label = 0; label < targets(); label++) {
      List<Integer> rows = byClass.get(label);
      double[] values = new double[rows.size() * d];
      for (int i = 0; i < rows.size(); i++) {
        System.arraycopy(x.row(rows.get(i)), 0, values, i * d, d);
      }
      double[] moved = moved(Matrix.of(rows.size(), d, values), label).toArray();
      for (int i = 0; i < rows.size(); i++) {
        System.arraycopy(moved, i * d, erased, rows.get(i) * d, d);
      }
    }
    return Matrix.of(x.rows(), d, erased);
  }

  private int label(double[] oneHot) {
    for (int label = 0; label < oneHot.length; label++) {
      if (oneHot[label] == 1) {
        return label;
      }
    }
    throw new IllegalArgumentException(
        "Targets %s name none of %d classes".formatted(Arrays.toString(oneHot), targets()));
  }

  private Matrix moved(Matrix x, int label) {
    double[] centred = x.toArray();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= means.get(label)[i % target.length];
    }
    double[] moved =
        Matrix.of(x.rows(), x.columns(), centred).timesTranspose(transports.get(label)).toArray();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += target[i % target.length];
    }
    return Matrix.of(x.rows(), x.columns(), moved);
  }

  private void requireWidth(int width) {
    if (width != target.length) {
      throw new IllegalArgumentException(
          "Activations of %d numbers for an eraser of %d".formatted(width, target.length));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuadraticEraser eraser
        && transports.equals(eraser.transports)
        && Arrays.deepEquals(means.toArray(), eraser.means.toArray())
        && Arrays.equals(target, eraser.target);
  }

  @Override
  public int hashCode() {
    return 31 * transports.hashCode() + Arrays.hashCode(target);
  }

  @Override
  public String toString() {
    return "QuadraticEraser[%d classes, %d dimensions]".formatted(targets(), dimensions());
  }
}
