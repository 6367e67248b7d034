package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.optim.Lbfgs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Fits multinomial logistic regressions with a ridge to one set of rows: the minimum of ½‖w‖² + C·Σ
 * −log p(yᵢ|xᵢ), scikit-learn's objective, the intercepts free; of two classes with one row of
 * weights. Float64 throughout.
 *
 * <p>L-BFGS in coordinates in which the objective's curvature at w = 0 is near the identity: w =
 * v·L⁻¹ with L·Lᵀ = I + C·q·S, S the scatter of the rows and q = (1 − 1/c)/c of c classes, the
 * curvature of a row's loss. Directions that vary a thousandfold, usual in a residual stream, then
 * cost no iterations. One pass over the rows an evaluation, in one call.
 *
 * <p>Cost: n·d² once, d³/3 for each C, 4·n·d·K an evaluation. The fitter holds the scatter, 8·d²
 * bytes, and no copy of the rows, which must stay open.
 */
public final class LogisticFitter {
  private final ProbeRows x;
  private final int[] labels;
  private final int classes;
  // The classes that there are: an intercept of one without rows has no minimum.
  private final int[] present;
  private final double[] mean;
  private final Matrix scatter;
  private final Lbfgs search;

  /**
   * Prepares fits to rows.
   *
   * @param x [n, d]
   * @param labels a class from 0 for each row
   * @param classes C, at least 2
   * @throws IllegalArgumentException if there is no row, not a label a row, or a label out of range
   */
  public LogisticFitter(ProbeRows x, int[] labels, int classes) {
    this(x, labels, classes, Lbfgs.DEFAULT);
  }

  /** The same with another search. */
  public LogisticFitter(ProbeRows x, int[] labels, int classes, Lbfgs search) {
    if (x.rows() == 0 || labels.length != x.rows()) {
      throw new IllegalArgumentException(
          "%d labels for %d activation rows".formatted(labels.length, x.rows()));
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException("Class %d of %d classes".formatted(label, classes));
      }
    }
    this.x = x;
    this.labels = labels.clone();
    this.classes = classes;
    this.search = search;
    present = IntStream.of(labels).distinct().sorted().toArray();
    try (NDManager scope = x.array().getManager().newSubManager()) {
      NDArray centre = ProbeKernels.mean(scope, x.array());
      mean = centre.toDoubleArray();
      scatter = ProbeRows.matrix(ProbeKernels.gram(scope, x.array(), centre));
    }
  }

  /** A fit, and whether the search ended at the minimum. */
  public record Fit(LogisticProbe probe, double objective, int iterations, boolean converged) {}

  /**
   * Fits one probe.
   *
   * @param c weight of the losses against the ridge; the larger, the weaker the ridge
   * @throws IllegalArgumentException if c is not positive
   */
  public Fit fit(double c) {
    if (!(c > 0 && Double.isFinite(c))) {
      throw new IllegalArgumentException("c is %s, expected a number above 0".formatted(c));
    }
    if (present.length == 1) {
      return new Fit(constant(present[0]), 0, 0, true);
    }
    int outputs = LogisticProbe.outputs(present.length);
    double curvature = (1 - 1.0 / present.length) / present.length;
    Cholesky factor =
        Cholesky.of(plusIdentity(scatter.scaled(c * curvature)))
            .orElseThrow(
                () -> new IllegalArgumentException("Activations of which some are not finite"));
    try (NDManager scope = x.array().getManager().newSubManager()) {
      Objective objective =
          new Objective(scope, c, outputs, factor, 1 / Math.sqrt(c * curvature * labels.length));
      Lbfgs.Minimum minimum = search.minimise(new double[outputs * (x.columns() + 1)], objective);
      return new Fit(
          objective.probe(minimum.point().at()),
          minimum.point().value(),
          minimum.iterations(),
          minimum.converged());
    }
  }

  private static Matrix plusIdentity(Matrix matrix) {
    double[] values = matrix.toArray();
    for (int i = 0; i < matrix.rows(); i++) {
      values[i * matrix.rows() + i] += 1;
    }
    return Matrix.of(matrix.rows(), matrix.rows(), values);
  }

  private LogisticProbe constant(int only) {
    double[] intercepts = new double[LogisticProbe.outputs(classes)];
    Arrays.fill(intercepts, Double.NEGATIVE_INFINITY);
    if (classes == 2) {
      intercepts[0] = only == 1 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    } else {
      intercepts[only] = 0;
    }
    return new LogisticProbe(classes, Matrix.zeros(intercepts.length, x.columns()), intercepts);
  }

  /** The objective by coordinates: outputs × d of v, then the intercepts in their own units. */
  private final class Objective implements Lbfgs.Objective {
    private final NDManager scope;
    private final double c;
    private final int outputs;
    private final Cholesky factor;
    private final double interceptUnit;
    private final NDArray y;
    private final NDArray centre;

    Objective(NDManager scope, double c, int outputs, Cholesky factor, double interceptUnit) {
      this.scope = scope;
      this.c = c;
      this.outputs = outputs;
      this.factor = factor;
      this.interceptUnit = interceptUnit;
      long[] classOf = new long[labels.length];
      for (int i = 0; i < classOf.length; i++) {
        classOf[i] = Arrays.binarySearch(present, labels[i]);
      }
      y = scope.create(classOf);
      centre = scope.create(mean);
    }

    @Override
    public Lbfgs.Point at(double[] point) {
      Matrix w = weights(point);
      try (NDManager call = scope.newSubManager()) {
        List<NDArray> sums =
            ProbeKernels.logistic(
                call,
                x.array(),
                y,
                centre,
                ProbeRows.array(call, w),
                call.create(intercepts(point)));
        double value = w.inner(w) / 2 + c * sums.get(0).getDouble();
        Matrix gradient = w.plus(ProbeRows.matrix(sums.get(1)).scaled(c));
        double[] result = new double[point.length];
        double[] inner = factor.solveLower(gradient.transpose()).transpose().toArray();
        System.arraycopy(inner, 0, result, 0, inner.length);
        double[] byIntercept = sums.get(2).toDoubleArray();
        for (int i = 0; i < outputs; i++) {
          result[inner.length + i] = c * byIntercept[i] * interceptUnit;
        }
        return new Lbfgs.Point(point, value, result);
      }
    }

    /** w [outputs, d]. */
    private Matrix weights(double[] point) {
      int d = x.columns();
      Matrix v = Matrix.of(outputs, d, Arrays.copyOf(point, outputs * d));
      return factor.solveLowerTransposed(v.transpose()).transpose();
    }

    private double[] intercepts(double[] point) {
      double[] b = Arrays.copyOfRange(point, outputs * x.columns(), point.length);
      for (int i = 0; i < outputs; i++) {
        b[i] *= interceptUnit;
      }
      return b;
    }

    /** The probe of a point, on rows as they are, with a row for each class there may be. */
    LogisticProbe probe(double[] point) {
      Matrix w = weights(point);
      double[] b = intercepts(point);
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

    private Matrix twoRows(Matrix w) {
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
}
