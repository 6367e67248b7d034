package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Linear regression of numbers on activations, ŷ = x·W + b, the minimum of Σ‖y − ŷ‖² + λ‖W‖², b
 * free: world models such as latitude and longitude. Fitted to moments and scored by moments, so
 * that rows of any number are exact and none is read twice.
 *
 * @param weights W [d, k]
 * @param intercepts b [k]
 * @see <a href="https://arxiv.org/abs/2310.02207">Gurnee and Tegmark 2024, Language Models
 *     Represent Space and Time</a>
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record RidgeRegression(Matrix weights, double[] intercepts) {
  public RidgeRegression {
    intercepts = intercepts.clone();
  }

  /** A copy of b [k]. */
  @Override
  public double[] intercepts() {
    return intercepts.clone();
  }

  /**
   * Fits one regression for each ridge; the eigenvectors of the scatter serve all.
   *
   * @param moments of x [d] followed by y [k]
   * @param ridges λ as a share of the mean diagonal entry of x's scatter, so that one list serves
   *     activations of any size; at least 0
   */
  public static List<RidgeRegression> path(Moments moments, int dimensions, List<Double> ridges) {
    int d = dimensions;
    int k = moments.columns() - d;
    if (k < 1 || moments.count() < 2) {
      throw new IllegalArgumentException(
          "Regression of %d targets on %d rows".formatted(k, moments.count()));
    }
    Matrix scatter = moments.scatter(0, d, 0, d);
    SymmetricEigen eigen = SymmetricEigen.of(scatter);
    Matrix cross = eigen.vectors().times(moments.scatter(0, d, d, d + k));
    double floor = eigen.value(0) * d * Math.ulp(1.0);
    double unit = scatter.trace() / d;
    double[] mean = moments.mean();
    List<RidgeRegression> path = new ArrayList<>();
    for (double ridge : ridges) {
      if (!(ridge >= 0)) {
        throw new IllegalArgumentException("ridge is %s, expected at least 0".formatted(ridge));
      }
      double[] values = cross.toArray();
      for (int i = 0; i < values.length; i++) {
        double eigenvalue = eigen.value(i / k);
        values[i] = eigenvalue > floor ? values[i] / (eigenvalue + ridge * unit) : 0;
      }
      Matrix weights = eigen.vectors().transposeTimes(Matrix.of(d, k, values));
      double[] shift = Matrix.of(1, d, Arrays.copyOf(mean, d)).times(weights).toArray();
      double[] intercepts = Arrays.copyOfRange(mean, d, d + k);
      for (int i = 0; i < k; i++) {
        intercepts[i] -= shift[i];
      }
      path.add(new RidgeRegression(weights, intercepts));
    }
    return path;
  }

  /** Σ (y − ŷ)² of each target over the rows behind moments. */
  public double[] squaredErrors(Moments moments) {
    int d = weights.rows();
    int k = weights.columns();
    Matrix xx = moments.scatter(0, d, 0, d);
    Matrix xy = moments.scatter(0, d, d, d + k);
    Matrix yy = moments.scatter(d, d + k, d, d + k);
    Matrix explained = weights.transposeTimes(xx.times(weights));
    Matrix shared = weights.transposeTimes(xy);
    double[] mean = moments.mean();
    double[] predicted = Matrix.of(1, d, Arrays.copyOf(mean, d)).times(weights).toArray();
    double[] errors = new double[k];
    for (int i = 0; i < k; i++) {
      double offset = mean[d + i] - predicted[i] - intercepts[i];
      errors[i] =
          yy.at(i, i)
              - 2 * shared.at(i, i)
              + explained.at(i, i)
              + moments.count() * offset * offset;
    }
    return errors;
  }

  /**
   * R² of each target: 1 − Σ(y − ŷ)²/Σ(y − ȳ)² over the rows behind moments, ȳ their mean; below 0
   * where that mean would do better, NaN where y does not vary.
   */
  public double[] r2(Moments moments) {
    double[] errors = squaredErrors(moments);
    int d = weights.rows();
    Matrix yy = moments.scatter(d, moments.columns(), d, moments.columns());
    double[] r2 = new double[errors.length];
    for (int i = 0; i < r2.length; i++) {
      r2[i] = yy.at(i, i) == 0 ? Double.NaN : 1 - errors[i] / yy.at(i, i);
    }
    return r2;
  }

  /**
   * One ridge in cross-validation.
   *
   * @param ridge as in {@link #path}
   * @param unexplained squared error of the folds, each predicted from the others, over the squares
   *     of the targets' differences from their mean; the mean of the targets that vary. NaN of a
   *     single ridge, which is not tried
   */
  public record Candidate(double ridge, double unexplained) {}

  /**
   * How well folds are predicted from each other under each ridge; of a single one nothing is
   * fitted.
   *
   * @param folds moments of the rows of each fold, those of a sequence in one
   * @throws IllegalArgumentException if there is one fold
   */
  public static List<Candidate> crossValidated(
      List<Moments> folds, int dimensions, List<Double> ridges) {
    if (ridges.size() == 1) {
      return List.of(new Candidate(ridges.get(0), Double.NaN));
    }
    if (folds.size() < 2) {
      throw new IllegalArgumentException(
          "%d folds: cross-validation needs two".formatted(folds.size()));
    }
    double[] errors = new double[ridges.size()];
    double[] variance = squares(merged(folds, -1), dimensions);
    for (int held = 0; held < folds.size(); held++) {
      List<RidgeRegression> path = path(merged(folds, held), dimensions, ridges);
      for (int i = 0; i < errors.length; i++) {
        double[] byTarget = path.get(i).squaredErrors(folds.get(held));
        for (int k = 0; k < byTarget.length; k++) {
          errors[i] += variance[k] == 0 ? 0 : byTarget[k] / variance[k];
        }
      }
    }
    long varying = Arrays.stream(variance).filter(each -> each > 0).count();
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < errors.length; i++) {
      candidates.add(new Candidate(ridges.get(i), errors[i] / varying));
    }
    return candidates;
  }

  /** The ridge that leaves least unexplained; the strongest of equal ones. */
  public static double best(List<Candidate> candidates) {
    Candidate best = candidates.get(0);
    for (Candidate each : candidates) {
      if (each.unexplained() < best.unexplained()
          || (each.unexplained() == best.unexplained() && each.ridge() > best.ridge())) {
        best = each;
      }
    }
    return best.ridge();
  }

  /** Moments of all folds but one; -1 leaves none out. */
  public static Moments merged(List<Moments> folds, int but) {
    Moments merged = Moments.ofColumns(folds.get(0).columns());
    for (int i = 0; i < folds.size(); i++) {
      if (i != but) {
        merged.merge(folds.get(i));
      }
    }
    return merged;
  }

  private static double[] squares(Moments moments, int d) {
    Matrix yy = moments.scatter(d, moments.columns(), d, moments.columns());
    double[] squares = new double[yy.rows()];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = yy.at(i, i);
    }
    return squares;
  }
}
