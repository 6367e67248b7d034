package dev.microtome.erasure;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;

/**
 * Keeps a projection P = I − L·R from making the total variance of activations larger, as an
 * oblique one can: with S their covariance, tr(P·S·Pᵀ) ≤ tr S. Where P does not obey, it is mixed
 * with the orthogonal projection Q that erases the same directions, by as much as it takes.
 *
 * <p>With B an orthonormal basis of L's columns, I − B·(t·BᵀL·R + (1 − t)·Bᵀ) erases what P and Q
 * erase for every t; and as tr(P·S·Qᵀ) = tr(Q·S·Qᵀ), its variance is t²·tr(P·S·Pᵀ) + (1 −
 * t²)·tr(Q·S·Qᵀ).
 *
 * <p>LEACE's P obeys by itself: made of S, or of a shrunk S, it cuts variance. The constraint is
 * here for what rounding does to ill-conditioned covariances, and for comparisons with
 * concept-erasure, which has it on by default. That code would mix with a projection along whitened
 * directions, which does not erase the concept; it does not come to that either.
 */
final class TraceConstraint {
  private TraceConstraint() {}

  /**
   * The projection, or what has to stand in its place.
   *
   * @param removed L·R [d, d], R·L the identity
   * @param covariance S [d, d]
   */
  static FactoredMatrix of(FactoredMatrix removed, Matrix covariance) {
    double allowed = covariance.trace();
    double[] origin = new double[covariance.rows()];
    double variance = variance(removed, origin, covariance);
    if (variance <= allowed) {
      return removed;
    }
    Matrix basis = Svd.of(removed.left()).left();
    Matrix across = basis.transpose();
    double orthogonal = variance(new FactoredMatrix(basis, across), origin, covariance);
    double share = Math.sqrt((allowed - orthogonal) / (variance - orthogonal));
    Matrix oblique = across.times(removed.left()).times(removed.right());
    return new FactoredMatrix(basis, oblique.scaled(share).plus(across.scaled(1 - share)));
  }

  private static double variance(FactoredMatrix removed, double[] origin, Matrix covariance) {
    return ErasureEffect.of(new LeaceEraser(removed, origin), origin, covariance).varianceAfter();
  }
}
