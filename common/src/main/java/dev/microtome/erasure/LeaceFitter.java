package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;
import dev.microtome.linalg.SymmetricEigen;
import dev.microtome.stats.Moments;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Fits the affine map that removes every linear trace of a concept from activations while moving
 * them least in squared distance (LEACE).
 *
 * <p>Shapes: x is [n, d], z is [n, k], one-hot or real. Statistics are float64 and mergeable: 8·(d
 * + k)² bytes outside of the heap, 134 MB at d = 4096. {@link #fit} takes one Cholesky factor of
 * [d, d], or its eigenvectors where the covariance is ill-conditioned or lacks rank.
 *
 * <p>On the fitted sample the erased x and z have zero cross-covariance, so no linear predictor of
 * z beats a constant. No affine map that achieves this moves x less, with shrinkage off. Nothing is
 * promised for non-linear probes or for other data.
 *
 * <p>Differs from the authors' code, which counts singular values of the whitened cross-covariance
 * up to 0.01 as zero whatever the units of z; here the limit is relative unless an absolute one is
 * asked for. Not thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2306.03819">Belrose et al. 2023, LEACE</a>
 */
public final class LeaceFitter {
  /**
   * Matrices [d, d] of float64 that a fit holds at most beside the moments, heap and native: 7.2
   * were seen of fewer rows than dimensions, 3.5 of more (d = 2048).
   */
  public static final int FIT_MATRICES = 8;

  /** Singular values beside the largest up to which vectors depend on each other. */
  private static final double SAME = 1e-12;

  private final int d;
  private final int k;
  private final Moments moments;

  private LeaceFitter(int d, Moments moments) {
    this.d = d;
    k = moments.columns() - d;
    this.moments = moments;
  }

  /**
   * A fitter that has seen no row.
   *
   * @param dimensions d, numbers of an activation
   * @param targets k, columns of z
   */
  public static LeaceFitter of(int dimensions, int targets) {
    return of(dimensions, Moments.ofColumns(dimensions + targets));
  }

  /**
   * A fitter that has seen rows of x, followed by z.
   *
   * @throws IllegalArgumentException if the moments leave no column for x or z
   */
  public static LeaceFitter of(int dimensions, Moments moments) {
    if (dimensions < 1 || dimensions >= moments.columns()) {
      throw new IllegalArgumentException(
          "%d dimensions and %d targets: at least one of each is needed"
              .formatted(dimensions, moments.columns() - dimensions));
    }
    return new LeaceFitter(dimensions, moments);
  }

  /** Adds an activation and its targets. */
  public void add(float[] x, double... z) {
    requireTargets(z.length);
    moments.add(x, z);
  }

  /** The same of float64. */
  public void add(double[] x, double... z) {
    requireTargets(z.length);
    moments.add(x, z);
  }

  /**
   * Adds rows.
   *
   * @param x [n, d]
   * @param z [n, k]
   */
  public void add(Matrix x, Matrix z) {
    if (x.rows() != z.rows()) {
      throw new IllegalArgumentException(
          "%d label rows for %d activation rows".formatted(z.rows(), x.rows()));
    }
    for (int row = 0; row < x.rows(); row++) {
      add(x.row(row), z.row(row));
    }
  }

  private void requireTargets(int found) {
    if (found != k) {
      throw new IllegalArgumentException("%d targets, expected %d".formatted(found, k));
    }
  }

  /** Adds the rows behind another fitter, which come after this one's. */
  public void merge(LeaceFitter other) {
    if (other.d != d || other.k != k) {
      throw new IllegalArgumentException(
          "A fitter of %d dimensions and %d targets, expected %d and %d"
              .formatted(other.d, other.k, d, k));
    }
    moments.merge(other.moments);
  }

  /** n. */
  public long rows() {
    return moments.count();
  }

  /** d. */
  public int dimensions() {
    return d;
  }

  /** k. */
  public int targets() {
    return k;
  }

  /** Mean of x [d]. */
  public double[] meanX() {
    return Arrays.copyOf(moments.mean(), d);
  }

  /** Mean of z [k]: of one-hot targets, the share of each class. */
  public double[] meanZ() {
    return Arrays.copyOfRange(moments.mean(), d, d + k);
  }

  /** Σxz [d, k], over n − 1. */
  public Matrix crossCovariance() {
    return moments.scatter(0, d, d, d + k).scaled(1.0 / freedom());
  }

  /** Σxx [d, d], over n − 1. */
  public Matrix covariance() {
    return moments.scatter(0, d, 0, d).scaled(1.0 / freedom());
  }

  /** Σzz [k, k], over n − 1. */
  public Matrix targetCovariance() {
    return moments.scatter(d, d + k, d, d + k).scaled(1.0 / freedom());
  }

  /**
   * Largest modulus of a correlation of one number of x and one of z; those that do not vary have
   * none.
   */
  public double largestCorrelation() {
    Matrix cross = crossCovariance();
    Matrix covariance = covariance();
    double[] deviations = deviations();
    double largest = 0;
    for (int i = 0; i < d; i++) {
      double deviation = Math.sqrt(covariance.at(i, i));
      for (int j = 0; j < k; j++) {
        if (deviation > 0 && deviations[j] > 0) {
          largest = Math.max(largest, Math.abs(cross.at(i, j)) / deviation / deviations[j]);
        }
      }
    }
    return largest;
  }

  private long freedom() {
    if (rows() < 2) {
      throw new IllegalArgumentException(
          "Covariance of %d rows: at least 2 are needed".formatted(rows()));
    }
    return rows() - 1;
  }

  /** The eraser alone. */
  public LeaceEraser eraser(EraserSettings settings) {
    return fit(settings).eraser();
  }

  /**
   * The eraser, and what its fit says of the data.
   *
   * @throws IllegalArgumentException if there are fewer than two rows, or no target varies
   */
  public LeaceFit fit(EraserSettings settings) {
    double[] deviations = deviations();
    requireTargetsVary(deviations);
    return new LeaceSolution(
            rows(),
            meanX(),
            covariance(),
            crossCovariance(),
            scales(settings.tolerance(), deviations),
            settings)
        .fit();
  }

  private void requireTargetsVary(double[] deviations) {
    if (Arrays.stream(deviations).allMatch(deviation -> deviation == 0)) {
      throw new IllegalArgumentException(
          "No target varies over %d rows: there is nothing to erase".formatted(rows()));
    }
  }

  /** Factors that make targets comparable: to variance 1, or none for an absolute tolerance. */
  private double[] scales(SingularValueTolerance tolerance, double[] deviations) {
    return tolerance.kind() == SingularValueTolerance.Kind.RELATIVE
        ? Arrays.stream(deviations).map(each -> each > 0 ? 1 / each : 0).toArray()
        : DoubleStream.generate(() -> 1).limit(k).toArray();
  }

  /**
   * Directions in which targets do not vary, side by side and orthonormal, of which Σzz⁺ has none.
   */
  private Matrix idle(SymmetricEigen eigen, int rank, double[] scales) {
    double[] columns = new double[k * (k - rank)];
    for (int i = rank; i < k; i++) {
      double[] vector = eigen.vector(i);
      for (int row = 0; row < k; row++) {
        columns[row * (k - rank) + i - rank] = scales[row] * vector[row];
      }
    }
    Svd svd = Svd.of(Matrix.of(k, k - rank, columns));
    int count = 0;
    while (count < svd.count() && svd.value(count) > SAME * svd.value(0)) {
      count++;
    }
    return svd.left().transpose().rows(0, count).transpose();
  }

  /** Rows without what they have of orthonormal columns. */
  private static Matrix without(Matrix columns, Matrix rows) {
    return columns.columns() == 0
        ? rows
        : rows.plus(rows.times(columns).timesTranspose(columns).scaled(-1));
  }

  /** Of covariances those of scaled targets. */
  private static Matrix scaled(Matrix covariance, double[] scales) {
    double[] values = covariance.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scales[i / scales.length] * scales[i % scales.length];
    }
    return Matrix.of(scales.length, scales.length, values);
  }

  private double[] deviations() {
    Matrix covariance = targetCovariance();
    double[] deviations = new double[k];
    for (int i = 0; i < k; i++) {
      deviations[i] = Math.sqrt(covariance.at(i, i));
    }
    return deviations;
  }

  /**
   * The map that needs the targets of the activation it is applied to, and moves it less: x ↦ x −
   * Σxz·Σzz⁺·(z − z̄), the residual of x's least-squares prediction from z.
   *
   * @param tolerance which eigenvalues of Σzz count as zero: relative to the largest of the
   *     targets' correlations, whatever their units, or absolute
   * @throws IllegalArgumentException if there are fewer than two rows, or no target varies
   */
  public OracleFit oracle(SingularValueTolerance tolerance) {
    double[] deviations = deviations();
    requireTargetsVary(deviations);
    double[] scales = scales(tolerance, deviations);
    Matrix targets = targetCovariance();
    Matrix cross = crossCovariance();
    SymmetricEigen eigen = SymmetricEigen.of(scaled(targets, scales));
    double floor = tolerance.floor(eigen.value(0));
    double[] inverse = new double[k * k];
    int rank = 0;
    while (rank < k && eigen.value(rank) > floor) {
      double[] vector = eigen.vector(rank);
      for (int row = 0; row < k; row++) {
        for (int column = 0; column < k; column++) {
          inverse[row * k + column] +=
              scales[row] * vector[row] * vector[column] * scales[column] / eigen.value(rank);
        }
      }
      rank++;
    }
    Matrix coefficients = without(idle(eigen, rank, scales), cross.times(Matrix.of(k, k, inverse)));
    Matrix predicted = coefficients.times(targets);
    double overRows = (rows() - 1.0) / rows();
    double variance = overRows * covariance().trace();
    double moved = overRows * predicted.inner(coefficients);
    return new OracleFit(
        new OracleEraser(coefficients, meanZ()),
        rows(),
        rank,
        LeaceSolution.largest(cross),
        LeaceSolution.largest(cross.plus(predicted.scaled(-1))),
        new ErasureEffect(
            variance, variance - 2 * overRows * cross.inner(coefficients) + moved, moved));
  }
}
