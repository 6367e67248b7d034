package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.optim.Lbfgs;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Fits multinomial logistic regressions with a ridge to one set of rows: the minimum of ½‖w‖² + C·Σ
 * −log p(yᵢ|xᵢ), scikit-learn's objective, the intercepts free; of two classes with one row of
 * weights. Float64 throughout.
 *
 * <p>L-BFGS in the coordinates of {@link LogisticProblem}, one pass over the rows an evaluation, in
 * one call.
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
      return new Fit(LogisticProblem.constant(present[0], classes, x.columns()), 0, 0, true);
    }
    LogisticProblem problem =
        new LogisticProblem(
            present,
            classes,
            mean,
            labels.length,
            c,
            LogisticProblem.factor(scatter, c, present.length));
    try (NDManager scope = x.array().getManager().newSubManager()) {
      NDArray y = scope.create(problem.targets(labels));
      NDArray centre = scope.create(mean);
      Lbfgs.Minimum minimum =
          search.minimise(
              problem.start(),
              point -> {
                LogisticWeights weights = problem.weights(point);
                try (NDManager call = scope.newSubManager()) {
                  List<NDArray> sums =
                      ProbeKernels.logistic(
                          call,
                          x.array(),
                          y,
                          centre,
                          ProbeRows.array(call, weights.w()),
                          call.create(weights.b()));
                  return problem.at(
                      point,
                      weights,
                      new LogisticSums(
                          sums.get(0).getDouble(),
                          ProbeRows.matrix(sums.get(1)),
                          sums.get(2).toDoubleArray()));
                }
              });
      return new Fit(
          problem.probe(minimum.point().at()),
          minimum.point().value(),
          minimum.iterations(),
          minimum.converged());
    }
  }
}
