package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Fits, for each class, the optimal transport of a Gaussian of the class's mean and covariance to
 * the barycentre of all classes, so that no quadratic predictor tells the classes apart. The eraser
 * needs the class of the activation it is applied to.
 *
 * <p>Shapes: x is [n, d]; 8·d² bytes a class outside of the heap, and some eigendecompositions of
 * [d, d] a class and iteration in {@link #eraser}. Not thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/1511.05355">Álvarez-Esteban et al. 2016, A fixed-point
 *     approach to barycenters in Wasserstein space</a>
 */
public final class QuadraticFitter {
  private static final int MAX_ITERATIONS = 1000;

  /** Change of the barycentre, relative to it, at which the iteration ends: well above rounding. */
  private static final double CONVERGED = 1e-11;

  private final int d;
  private final List<Moments> classes;

  private QuadraticFitter(int d, List<Moments> classes) {
    this.d = d;
    this.classes = classes;
  }

  /** The covariance of a class. */
  public enum ClassCovariance {
    /** Over n − 1. */
    SAMPLE,

    /** Shrunk towards a multiple of the identity: for few rows. */
    SHRUNK
  }

  /** Where the barycentre lies. */
  public enum Centre {
    /** At the mean of all rows, which so stays where it is. */
    MEAN_OF_ROWS,

    /** At the mean of the class means, whatever their rows, as concept-erasure has it. */
    MEAN_OF_CLASSES
  }

  /** A fitter that has seen no row. */
  public static QuadraticFitter of(int dimensions, int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("%d classes: at least 2 are needed".formatted(classes));
    }
    List<Moments> moments = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      moments.add(Moments.ofColumns(dimensions));
    }
    return new QuadraticFitter(dimensions, moments);
  }

  /** Adds an activation of a class. */
  public void add(double[] x, int label) {
    classes.get(label).add(x);
  }

  /** Adds the rows behind another fitter, which come after this one's. */
  public void merge(QuadraticFitter other) {
    if (other.d != d || other.classes.size() != classes.size()) {
      throw new IllegalArgumentException(
          "A fitter of %d dimensions and %d classes, expected %d and %d"
              .formatted(other.d, other.classes.size(), d, classes.size()));
    }
    for (int i = 0; i < classes.size(); i++) {
      classes.get(i).merge(other.classes.get(i));
    }
  }

  /**
   * The eraser.
   *
   * @throws IllegalArgumentException if a class has fewer than two rows
   * @throws ArithmeticException if the barycentre does not converge
   */
  public QuadraticEraser eraser(ClassCovariance kind, Centre centre) {
    List<Matrix> covariances = new ArrayList<>();
    List<double[]> means = new ArrayList<>();
    for (int i = 0; i < classes.size(); i++) {
      covariances.add(covariance(i, kind));
      means.add(classes.get(i).mean());
    }
    double rows = classes.stream().mapToLong(Moments::count).sum();
    double[] weights = classes.stream().mapToDouble(each -> each.count() / rows).toArray();
    double[] target = new double[d];
    for (int i = 0; i < weights.length; i++) {
      double weight = centre == Centre.MEAN_OF_ROWS ? weights[i] : 1.0 / weights.length;
      for (int j = 0; j < d; j++) {
        target[j] += weight * means.get(i)[j];
      }
    }
    Matrix barycentre = barycentre(covariances, weights);
    return new QuadraticEraser(
        means, covariances.stream().map(each -> transport(each, barycentre)).toList(), target);
  }

  private Matrix covariance(int label, ClassCovariance kind) {
    Moments moments = classes.get(label);
    long n = moments.count();
    if (n < 2) {
      throw new IllegalArgumentException(
          "Class %d has %d rows: at least 2 are needed".formatted(label, n));
    }
    Matrix scatter = moments.scatter(0, d, 0, d);
    if (kind == ClassCovariance.SAMPLE) {
      return scatter.scaled(1.0 / (n - 1));
    }
    Matrix biased = scatter.scaled(1.0 / n);
    return Shrinkage.of(biased, n).apply(biased);
  }

  /** Σ ← Σ^(−½)·(Σᵢ wᵢ·(Σ^½·Σᵢ·Σ^½)^½)²·Σ^(−½), from the mean of the covariances. */
  private static Matrix barycentre(List<Matrix> covariances, double[] weights) {
    Matrix sigma = weighted(covariances, weights);
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      SymmetricEigen eigen = SymmetricEigen.of(sigma);
      Matrix root = power(eigen, Math::sqrt);
      Matrix inverse = power(eigen, value -> 1 / Math.sqrt(value));
      Matrix mean =
          weighted(
              covariances.stream()
                  .map(each -> root(symmetric(root.times(each).times(root))))
                  .toList(),
              weights);
      Matrix next = symmetric(inverse.times(mean.times(mean)).times(inverse));
      double change = next.plus(sigma.scaled(-1)).frobeniusNorm();
      sigma = next;
      if (change <= CONVERGED * sigma.frobeniusNorm()) {
        return sigma;
      }
    }
    throw new ArithmeticException(
        "Barycentre of %d covariances did not converge in %d iterations"
            .formatted(covariances.size(), MAX_ITERATIONS));
  }

  /** A^(−½)·(A^½·B·A^½)^½·A^(−½): moves a Gaussian of covariance A to one of B. */
  private static Matrix transport(Matrix from, Matrix to) {
    SymmetricEigen eigen = SymmetricEigen.of(from);
    Matrix root = power(eigen, Math::sqrt);
    Matrix inverse = power(eigen, value -> 1 / Math.sqrt(value));
    return inverse.times(root(symmetric(root.times(to).times(root)))).times(inverse);
  }

  private static Matrix root(Matrix matrix) {
    return power(SymmetricEigen.of(matrix), Math::sqrt);
  }

  /** V·f(Λ)·Vᵀ over the eigenvalues above rounding. */
  private static Matrix power(SymmetricEigen eigen, DoubleUnaryOperator function) {
    int n = eigen.count();
    double floor = eigen.value(0) * n * Math.ulp(1.0);
    double[] scaled = eigen.vectors().toArray();
    for (int i = 0; i < scaled.length; i++) {
      double value = eigen.value(i / n);
      scaled[i] *= value > floor ? function.applyAsDouble(value) : 0;
    }
    return eigen.vectors().transposeTimes(Matrix.of(n, n, scaled));
  }

  private static Matrix weighted(List<Matrix> matrices, double[] weights) {
    return IntStream.range(0, weights.length)
        .mapToObj(i -> matrices.get(i).scaled(weights[i]))
        .reduce(Matrix::plus)
        .orElseThrow();
  }

  /** Without the rounding of products that are symmetric but for it. */
  private static Matrix symmetric(Matrix matrix) {
    return matrix.plus(matrix.transpose()).scaled(0.5);
  }
}
