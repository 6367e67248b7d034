package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fits, for each class, the optimal transport of a Gaussian of the class's mean and covariance to
 * the barycentre of all classes, so that no quadratic predictor tells the classes apart. The eraser
 * needs the class of the activation it is applied to.
 *
 * <p>Shapes: x is [n, d]; 8·d² bytes a class outside of the heap. {@link #eraser} takes one
 * eigendecomposition of [d, d] for two classes, and where they are more, or a covariance is
 * ill-conditioned, one a class and iteration, of which there are some ten to twenty. Not
 * thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/1511.05355">Álvarez-Esteban et al. 2016, A fixed-point
 *     approach to barycenters in Wasserstein space</a>
 */
public final class QuadraticFitter {
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
    requireClasses(classes);
    List<Moments> moments = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      moments.add(Moments.ofColumns(dimensions));
    }
    return new QuadraticFitter(dimensions, moments);
  }

  /**
   * A fitter that has seen rows.
   *
   * @param classes moments of the activations of each class, to which further rows are added
   * @throws IllegalArgumentException if there are fewer than two classes
   */
  public static QuadraticFitter of(int dimensions, List<Moments> classes) {
    requireClasses(classes.size());
    return new QuadraticFitter(dimensions, List.copyOf(classes));
  }

  private static void requireClasses(int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("%d classes: at least 2 are needed".formatted(classes));
    }
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
   * The eraser, and what its fit says of the data.
   *
   * @throws IllegalArgumentException if a class has fewer than two rows
   * @throws ArithmeticException if the barycentre does not converge
   */
  public QuadraticFit fit(ClassCovariance kind, Centre centre) {
    QuadraticEraser eraser = eraser(kind, centre);
    long rows = classes.stream().mapToLong(Moments::count).sum();
    double[] mean = centre(Centre.MEAN_OF_ROWS);
    double variance = 0;
    double after = 0;
    double moved = 0;
    for (int label = 0; label < classes.size(); label++) {
      Moments moments = classes.get(label);
      double weight = (double) moments.count() / rows;
      Matrix covariance = moments.scatter(0, d, 0, d).scaled(1.0 / moments.count());
      Matrix transport = eraser.transport(label);
      double within = covariance.trace();
      double withinAfter = transport.times(covariance).inner(transport);
      variance += weight * (within + squaredDistance(moments.mean(), mean));
      after += weight * (withinAfter + squaredDistance(eraser.target(), mean));
      moved +=
          weight
              * (withinAfter
                  - 2 * transport.inner(covariance)
                  + within
                  + squaredDistance(moments.mean(), eraser.target()));
    }
    return new QuadraticFit(
        eraser,
        rows,
        classes.stream().mapToLong(Moments::count).min().orElseThrow(),
        new ErasureEffect(variance, after, moved));
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
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
    return new QuadraticEraser(means, transports(covariances, shares()), centre(centre));
  }

  private static List<Matrix> transports(List<Matrix> covariances, double[] weights) {
    if (covariances.size() == 2) {
      Optional<List<Matrix>> both =
          PairTransports.of(covariances.get(0), covariances.get(1), weights[1]);
      if (both.isPresent()) {
        return both.get();
      }
    }
    return Barycentre.transports(covariances, weights);
  }

  /** Of each class its share of the rows. */
  private double[] shares() {
    double rows = classes.stream().mapToLong(Moments::count).sum();
    return classes.stream().mapToDouble(each -> each.count() / rows).toArray();
  }

  private double[] centre(Centre kind) {
    double[] shares = shares();
    double[] target = new double[d];
    for (int i = 0; i < shares.length; i++) {
      double weight = kind == Centre.MEAN_OF_ROWS ? shares[i] : 1.0 / shares.length;
      double[] mean = classes.get(i).mean();
      for (int j = 0; j < d; j++) {
        target[j] += weight * mean[j];
      }
    }
    return target;
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
}
