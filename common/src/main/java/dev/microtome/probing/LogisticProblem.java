package dev.microtome.probing;

import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.optim.Lbfgs;
import java.util.Arrays;

/**
 * A logistic regression as a function of one vector, whatever holds the rows: sums over rows at
 * {@link #weights} become value and gradient.
 *
 * <p>Coordinates in which the objective's curvature at w = 0 is near the identity: w = v·L⁻¹ with
 * L·Lᵀ = I + C·q·S, S the scatter of the rows and q = (1 − 1/c)/c of c classes, the curvature of a
 * row's loss. Directions that vary a thousandfold, usual in a residual stream, then cost no
 * iterations. The minimum does not depend on S; that of other rows will do.
 */
final class LogisticProblem {
  // The classes that there are: an intercept of one without rows has no minimum.
  private final int[] present;
  private final int classes;
  private final double[] mean;
  private final double c;
  private final Cholesky factor;
  private final int outputs;
  private final double interceptUnit;

  /**
   * A problem.
   *
   * @param present classes that rows have, ascending, at least two
   * @param mean which rows are taken minus, [d]
   * @param rows how many there are
   * @param factor of {@link #factor}
   */
  LogisticProblem(int[] present, int classes, double[] mean, long rows, double c, Cholesky factor) {
    this.present = present.clone();
    this.classes = classes;
    this.mean = mean.clone();
    this.c = c;
    this.factor = factor;
    outputs = LogisticProbe.outputs(present.length);
    interceptUnit = 1 / Math.sqrt(c * curvature(present.length) * rows);
  }

  private static double curvature(int present) {
    return (1 - 1.0 / present) / present;
  }

  /** L of a scatter [d, d]. */
  static Cholesky factor(Matrix scatter, double c, int present) {
    double[] values = scatter.scaled(c * curvature(present)).toArray();
    for (int i = 0; i < scatter.rows(); i++) {
      values[i * scatter.rows() + i] += 1;
    }
    return Cholesky.of(Matrix.of(scatter.rows(), scatter.rows(), values))
        .orElseThrow(
            () -> new IllegalArgumentException("Activations of which some are not finite"));
  }

  /** Where searches begin: all zeros. */
  double[] start() {
    return new double[outputs * (mean.length + 1)];
  }

  /** The place of each label among the classes that there are. */
  long[] targets(int[] labels) {
    long[] targets = new long[labels.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = Arrays.binarySearch(present, labels[i]);
    }
    return targets;
  }

  /** A point's weights and intercepts: outputs × d of v, then the intercepts in their own units. */
  LogisticWeights weights(double[] point) {
    int d = mean.length;
    Matrix v = Matrix.of(outputs, d, Arrays.copyOf(point, outputs * d));
    double[] b = Arrays.copyOfRange(point, outputs * d, point.length);
    for (int i = 0; i < outputs; i++) {
      b[i] *= interceptUnit;
    }
    return new LogisticWeights(factor.solveLowerTransposed(v.transpose()).transpose(), b);
  }

  /** Value and gradient at a point, of the sums at its weights. */
  Lbfgs.Point at(double[] point, LogisticWeights weights, LogisticSums sums) {
    Matrix w = weights.w();
    double value = w.inner(w) / 2 + c * sums.loss();
    Matrix gradient = w.plus(sums.byWeights().scaled(c));
    double[] result = new double[point.length];
    double[] inner = factor.solveLower(gradient.transpose()).transpose().toArray();
    System.arraycopy(inner, 0, result, 0, inner.length);
    for (int i = 0; i < outputs; i++) {
      result[inner.length + i] = c * sums.byIntercepts()[i] * interceptUnit;
    }
    return new Lbfgs.Point(point, value, result);
  }

  /** The probe of a point, on rows as they are, with a row for each class there may be. */
  LogisticProbe probe(double[] point) {
    LogisticWeights weights = weights(point);
    Matrix w = weights.w();
    double[] b = weights.b();
    double[] shift = w.times(Matrix.of(mean.length, 1, mean)).toArray();
    double average = 0;
    for (int i = 0; i < outputs; i++) {
      b[i] -= shift[i];
      average += b[i] / outputs;
    }
    if (outputs == 1) {
      return classes == 2 ? new LogisticProbe(2, w, b) : spread(twoRows(w), -b[0] / 2, b[0] / 2);
    }
    for (int i = 0; i < outputs; i++) {
      // A constant more in all intercepts gives the same probabilities: they sum to 0.
      b[i] -= average;
    }
    return spread(w, b);
  }

  /** The probe that always says one class. */
  static LogisticProbe constant(int only, int classes, int dimensions) {
    double[] intercepts = new double[LogisticProbe.outputs(classes)];
    Arrays.fill(intercepts, Double.NEGATIVE_INFINITY);
    if (classes == 2) {
      intercepts[0] = only == 1 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    } else {
      intercepts[only] = 0;
    }
    return new LogisticProbe(classes, Matrix.zeros(intercepts.length, dimensions), intercepts);
  }

  private static Matrix twoRows(Matrix w) {
    double[] values = new double[2 * w.columns()];
    for (int i = 0; i < w.columns(); i++) {
      values[i] = -w.at(0, i) / 2;
      values[w.columns() + i] = w.at(0, i) / 2;
    }
    return Matrix.of(2, w.columns(), values);
  }

  private LogisticProbe spread(Matrix w, double... b) {
    int d = w.columns();
    double[] values = new double[classes * d];
    double[] intercepts = new double[classes];
    Arrays.fill(intercepts, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < present.length; i++) {
      System.arraycopy(w.row(i), 0, values, present[i] * d, d);
      intercepts[present[i]] = b[i];
    }
    return new LogisticProbe(classes, Matrix.of(classes, d, values), intercepts);
  }
}
