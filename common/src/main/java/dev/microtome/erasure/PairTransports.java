package dev.microtome.erasure;

import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The maps from two Gaussians to their barycentre, which needs no iteration: it lies between them,
 * at u of the way along the optimal transport T from A to B, u the weight of B (McCann 1997). With
 * A = L·Lᵀ and (LᵀBL)^½ = S, T = L⁻ᵀ·S·L⁻¹; what is of A moves by (1 − u)·I + u·T, what is of B by
 * u·I + (1 − u)·T⁻¹. One eigendecomposition of [d, d] in place of some dozens.
 */
final class PairTransports {
  /**
   * Of each covariance. Eigenvalues of LᵀBL spread as those of both together do: some four digits
   * are left of the smallest roots.
   */
  private static final double WELL_CONDITIONED = 1e7;

  private PairTransports() {}

  /**
   * The maps of both.
   *
   * @param from A [d, d]
   * @param to B [d, d]
   * @param weight u, from 0 to 1
   * @return empty where one is ill-conditioned, or lacks rank
   */
  static Optional<List<Matrix>> of(Matrix from, Matrix to, double weight) {
    Optional<Cholesky> factor = wellConditioned(from);
    if (factor.isEmpty() || wellConditioned(to).isEmpty()) {
      return Optional.empty();
    }
    Matrix lower = factor.get().timesLower(identity(from.rows()));
    Matrix seen = lower.transposeTimes(to.times(lower));
    SymmetricEigen eigen = SymmetricEigen.of(seen.plus(seen.transpose()).scaled(0.5));
    Matrix there = factor.get().solveLowerTransposed(columns(eigen, value -> Math.sqrt(value)));
    Matrix back = factor.get().timesLower(columns(eigen, value -> 1 / Math.sqrt(value)));
    return Optional.of(
        List.of(
            Shrinkage.withRidge(there.timesTranspose(there).scaled(weight), 1 - weight),
            Shrinkage.withRidge(back.timesTranspose(back).scaled(1 - weight), weight)));
  }

  private static Optional<Cholesky> wellConditioned(Matrix covariance) {
    return Cholesky.of(covariance).filter(factor -> factor.conditionNumber() < WELL_CONDITIONED);
  }

  private static Matrix identity(int d) {
    return Shrinkage.withRidge(Matrix.zeros(d, d), 1);
  }

  /** V·f(Λ)^½, whose product with its transpose is V·f(Λ)·Vᵀ. */
  private static Matrix columns(SymmetricEigen eigen, DoubleUnaryOperator function) {
    int n = eigen.count();
    double[] scaled = eigen.vectors().toArray();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= Math.sqrt(function.applyAsDouble(eigen.value(i / n)));
    }
    return Matrix.of(n, n, scaled).transpose();
  }
}
