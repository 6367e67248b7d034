package dev.microtome.erasure;

import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The maps from two Gaussians to their barycentre, which needs no iteration: it lies between them,
 * at u of the way along the optimal transport T from A to B, u the weight of B (McCann 1997). With
 * A = L·Lᵀ, B = M·Mᵀ and Lᵀ·M = U·Σ·Vᵀ, (LᵀBL)^½ = U·Σ·Uᵀ and T = L⁻ᵀ·U·Σ·Uᵀ·L⁻¹; what is of A
 * moves by (1 − u)·I + u·T, what is of B by u·I + (1 − u)·T⁻¹. One singular value decomposition of
 * [d, d], which unlike the eigenvectors of LᵀBL keeps the digits of directions that vary little.
 */
final class PairTransports {
  /** Of each covariance: what is more is rank that is lacking, but for rounding. */
  private static final double WELL_CONDITIONED = 1e12;

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
    Optional<Cholesky> other = wellConditioned(to);
    if (factor.isEmpty() || other.isEmpty()) {
      return Optional.empty();
    }
    Svd seen = Svd.of(factor.get().lower().transposeTimes(other.get().lower()));
    Matrix there = factor.get().solveLowerTransposed(columns(seen, value -> Math.sqrt(value)));
    Matrix back = factor.get().timesLower(columns(seen, value -> 1 / Math.sqrt(value)));
    return Optional.of(
        List.of(
            Shrinkage.withRidge(there.timesTranspose(there).scaled(weight), 1 - weight),
            Shrinkage.withRidge(back.timesTranspose(back).scaled(1 - weight), weight)));
  }

  /** Its factor; empty where it lacks rank, but for rounding. */
  static Optional<Cholesky> wellConditioned(Matrix covariance) {
    return Cholesky.of(covariance).filter(factor -> factor.conditionNumber() < WELL_CONDITIONED);
  }

  /** U·f(Σ). */
  private static Matrix columns(Svd seen, DoubleUnaryOperator function) {
    int n = seen.count();
    double[] scaled = seen.left().toArray();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= function.applyAsDouble(seen.value(i % n));
    }
    return Matrix.of(n, n, scaled);
  }
}
