package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;

/**
 * Optimal linear shrinkage of a covariance towards a multiple of the identity: α·S + (1 − α)·(tr
 * S/d)·I, with S the scatter over n and α = 1 − (tr S)²/n / (‖S‖² − (tr S)²/d), by random matrix
 * theory.
 *
 * @see <a href="https://arxiv.org/abs/1308.2608">Bodnar, Gupta and Parolya 2014</a>
 */
record Shrinkage(double weight) {
  /**
   * The weight α of the sample in [0, 1]. The formula's can leave that interval where the sample
   * differs from a multiple of the identity by noise alone; it is cut off there, for the result to
   * stay positive definite.
   *
   * @param sample [d, d], the scatter over n
   * @param n rows behind it
   */
  static Shrinkage of(Matrix sample, long n) {
    double trace = sample.trace();
    double spread = sample.inner(sample) - trace * trace / sample.rows();
    double weight = spread > 0 ? 1 - trace * trace / n / spread : 0;
    return new Shrinkage(Math.max(0, Math.min(1, weight)));
  }

  /** The shrunk covariance. */
  Matrix apply(Matrix sample) {
    return withRidge(sample.scaled(weight), (1 - weight) * sample.trace() / sample.rows());
  }

  /** A covariance with so much more variance in every direction. */
  static Matrix withRidge(Matrix covariance, double ridge) {
    int d = covariance.rows();
    double[] values = covariance.toArray();
    for (int i = 0; i < d; i++) {
      values[i * d + i] += ridge;
    }
    return Matrix.of(d, d, values);
  }
}
