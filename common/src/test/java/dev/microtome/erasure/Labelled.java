package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.Arrays;
import java.util.Random;

/** Made-up activations whose means differ by class. */
record Labelled(Matrix x, Matrix z) {
  /** Correlated Gaussians off the origin, with random class means. */
  static Labelled gaussians(long seed, int rows, int dimensions, int classes) {
    Random random = new Random(seed);
    Matrix mixing = random(random, dimensions, dimensions);
    Matrix means = random(random, classes, dimensions);
    double[] z = new double[rows * classes];
    for (int row = 0; row < rows; row++) {
      z[row * classes + random.nextInt(classes)] = 1;
    }
    Matrix targets = Matrix.of(rows, classes, z);
    double[] ones = new double[rows * dimensions];
    Arrays.fill(ones, 3);
    Matrix x =
        random(random, rows, dimensions)
            .times(mixing)
            .plus(targets.times(means))
            .plus(Matrix.of(rows, dimensions, ones));
    return new Labelled(x, targets);
  }

  static Matrix random(Random random, int rows, int columns) {
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return Matrix.of(rows, columns, values);
  }

  LeaceFitter fitter() {
    LeaceFitter fitter = LeaceFitter.of(x.columns(), z.columns());
    fitter.add(x, z);
    return fitter;
  }

  Labelled erasedBy(LeaceEraser eraser) {
    return new Labelled(eraser.apply(x), z);
  }

  /**
   * The largest weight of a multinomial logistic regression on x, centred and divided by its
   * largest deviation: gradient descent from 0, where it stays if the concept is gone.
   */
  double largestProbeWeight() {
    int n = x.rows();
    int d = x.columns();
    int k = z.columns();
    double[] mean = fitter().meanX();
    double[] centred = x.toArray();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= mean[i % d];
    }
    Matrix rows = Matrix.of(n, d, centred);
    double step = 0.5 * n / rows.inner(rows);
    Matrix weights = Matrix.zeros(d, k);
    double[] intercepts = fitter().meanZ();
    for (int i = 0; i < k; i++) {
      intercepts[i] = Math.log(intercepts[i]);
    }
    for (int iteration = 0; iteration < 100; iteration++) {
      double[] residuals = rows.times(weights).toArray();
      for (int row = 0; row < n; row++) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
          residuals[row * k + i] = Math.exp(residuals[row * k + i] + intercepts[i]);
          sum += residuals[row * k + i];
        }
        for (int i = 0; i < k; i++) {
          residuals[row * k + i] = z.at(row, i) - residuals[row * k + i] / sum;
        }
      }
      weights = weights.plus(rows.transposeTimes(Matrix.of(n, k, residuals)).scaled(10 * step / n));
    }
    double largest = 0;
    for (double weight : weights.toArray()) {
      largest = Math.max(largest, Math.abs(weight));
    }
    return largest;
  }
}
