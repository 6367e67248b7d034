package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.PseudoInverse;
import dev.microtome.stats.Moments;
import java.util.Arrays;

/**
 * Means of activations by class, and the probes that are made of them alone. From moments of rows
 * and their one-hot classes, which merge over parts: exact for any number of rows.
 */
public final class ClassMeans {
  private final double[] mean;
  private final long[] counts;
  // [C, d], from the mean of all rows
  private final Matrix offsets;
  private final Matrix within;

  private ClassMeans(double[] mean, long[] counts, Matrix offsets, Matrix within) {
    this.mean = mean;
    this.counts = counts;
    this.offsets = offsets;
    this.within = within;
  }

  /**
   * The means behind moments.
   *
   * @param moments of x [d] followed by a one-hot class [C]
   * @param dimensions d
   * @throws IllegalArgumentException if there is no row, or less than two columns for classes
   */
  public static ClassMeans of(Moments moments, int dimensions) {
    int d = dimensions;
    int classes = moments.columns() - d;
    if (moments.count() == 0 || classes < 2) {
      throw new IllegalArgumentException(
          "Means of %d rows in %d classes".formatted(moments.count(), classes));
    }
    double[] all = moments.mean();
    long[] counts = new long[classes];
    Matrix cross = moments.scatter(d, d + classes, 0, d);
    double[] offsets = cross.toArray();
    double[] roots = cross.toArray();
    for (int i = 0; i < classes; i++) {
      counts[i] = Math.round(all[d + i] * moments.count());
      for (int j = 0; j < d; j++) {
        // Σ (z − z̄)(x − x̄) of one class is its count times its mean's offset.
        offsets[i * d + j] = counts[i] == 0 ? 0 : offsets[i * d + j] / counts[i];
        roots[i * d + j] = counts[i] == 0 ? 0 : roots[i * d + j] / Math.sqrt((double) counts[i]);
      }
    }
    Matrix between = Matrix.of(classes, d, roots);
    Matrix within =
        moments
            .scatter(0, d, 0, d)
            .plus(between.transposeTimes(between).scaled(-1))
            .scaled(1.0 / moments.count());
    return new ClassMeans(Arrays.copyOf(all, d), counts, Matrix.of(classes, d, offsets), within);
  }

  /** C. */
  public int classes() {
    return counts.length;
  }

  /** Rows of a class. */
  public long rows(int label) {
    return counts[label];
  }

  /** A copy of the mean of all rows, [d]. */
  public double[] mean() {
    return mean.clone();
  }

  /** The mean of a class minus that of all rows, [d]. */
  public double[] offset(int label) {
    return offsets.row(label);
  }

  /** ‖mean of the class − mean of all rows‖. */
  public double distance(int label) {
    return Math.sqrt(Arrays.stream(offsets.row(label)).map(each -> each * each).sum());
  }

  /** The mean of one class minus that of another, [d]. */
  public double[] difference(int of, int from) {
    double[] result = offsets.row(of);
    double[] other = offsets.row(from);
    for (int i = 0; i < result.length; i++) {
      result[i] -= other[i];
    }
    return result;
  }

  /** Covariance within the classes, over n, [d, d]. */
  public Matrix within() {
    return within;
  }

  /**
   * The nearest class mean: of two classes, the direction μ₁ − μ₀ and the point halfway. Its
   * probabilities say nothing, its guesses do.
   */
  public LogisticProbe differenceOfMeans() {
    return probe(offsets);
  }

  /**
   * The mass-mean probe, the nearest class mean in the metric of Σ⁻¹, Σ the covariance within
   * classes: linear discriminants of equal priors. Where Σ lacks rank its pseudo-inverse serves.
   *
   * @see <a href="https://arxiv.org/abs/2310.06824">Marks and Tegmark 2023, The Geometry of
   *     Truth</a>
   */
  public LogisticProbe massMean() {
    return probe(PseudoInverse.times(within, offsets.transpose()).transpose());
  }

  /** Scores (x − μ)·a_c − ½ m_c·a_c of directions a [C, d], m the offsets. */
  private LogisticProbe probe(Matrix a) {
    int classes = counts.length;
    double[] b = new double[classes];
    for (int i = 0; i < classes; i++) {
      double[] direction = a.row(i);
      double[] offset = offsets.row(i);
      for (int j = 0; j < direction.length; j++) {
        b[i] -= direction[j] * (mean[j] + offset[j] / 2);
      }
      if (counts[i] == 0) {
        b[i] = Double.NEGATIVE_INFINITY;
      }
    }
    if (classes > 2) {
      return new LogisticProbe(classes, a, b);
    }
    double[] difference = a.row(1);
    double[] other = a.row(0);
    for (int j = 0; j < difference.length; j++) {
      difference[j] -= other[j];
    }
    return new LogisticProbe(
        2, Matrix.of(1, difference.length, difference), new double[] {b[1] - b[0]});
  }
}
