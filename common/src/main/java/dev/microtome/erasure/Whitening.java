package dev.microtome.erasure;

import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A map F with Fᵀ·F = Σ⁺, the pseudo-inverse of a covariance Σ [d, d]. LEACE's projection is the
 * same for all of them: with another F the whitened cross-covariance F·Σxz is rotated, its singular
 * values and right vectors stay.
 *
 * <p>Of a well-conditioned Σ = L·Lᵀ, F is L⁻¹: d³/3 multiplications in place of the 9·d³ of the
 * eigenvectors. Otherwise F is Λ^(−½)·Vᵀ over the eigenvalues above λmax·d·ε; with a ridge ρ, Fᵀ·F
 * = (Σ + ρ·I)⁻¹, and F is the inverse of that one's Cholesky factor: the eigenvalues without their
 * vectors then say the rank.
 */
final class Whitening {
  /**
   * Well below 1/(d·ε) for every d that fits in memory: no eigenvalue is near the limit, and a
   * solve keeps six digits more than float32 activations have.
   */
  private static final double WELL_CONDITIONED = 1e9;

  private final int rank;
  private final double conditionNumber;
  private final double droppedVariance;
  private final UnaryOperator<Matrix> whiten;
  private final UnaryOperator<Matrix> unwhiten;
  private final UnaryOperator<Matrix> whitenTransposed;

  private Whitening(
      int rank,
      double conditionNumber,
      double droppedVariance,
      UnaryOperator<Matrix> whiten,
      UnaryOperator<Matrix> unwhiten,
      UnaryOperator<Matrix> whitenTransposed) {
    this.rank = rank;
    this.conditionNumber = conditionNumber;
    this.droppedVariance = droppedVariance;
    this.whiten = whiten;
    this.unwhiten = unwhiten;
    this.whitenTransposed = whitenTransposed;
  }

  /**
   * Of a covariance, by the cheaper way that serves.
   *
   * @param ridge variance that rounding may have in every direction: it is added where the
   *     covariance is ill-conditioned; 0: none
   */
  static Whitening of(Matrix covariance, double ridge) {
    Optional<Cholesky> factor = Cholesky.of(covariance);
    if (factor.isPresent()) {
      if (factor.get().conditionNumber() < WELL_CONDITIONED) {
        return byCholesky(
            factor.get(),
            covariance.rows(),
            factor.get().eigenvalueRatio(),
            /* droppedVariance= */ 0);
      }
    }
    Optional<Cholesky> drowned =
        ridge > 0 ? Cholesky.of(Shrinkage.withRidge(covariance, ridge)) : Optional.empty();
    if (drowned.isEmpty()) {
      return byEigenvectors(covariance, ridge);
    }
    Spectrum spectrum = Spectrum.of(SymmetricEigen.values(covariance), ridge);
    return byCholesky(
        drowned.get(), spectrum.rank(), spectrum.conditionNumber(), spectrum.droppedVariance());
  }

  /** What eigenvalues, the largest first, say of a covariance. */
  private record Spectrum(int rank, double conditionNumber, double droppedVariance) {
    static Spectrum of(double[] values, double ridge) {
      double floor = Math.max(ridge, values[0] * values.length * Math.ulp(1.0));
      int rank = 0;
      while (rank < values.length && values[rank] > floor) {
        rank++;
      }
      double dropped = 0;
      for (int i = rank; i < values.length; i++) {
        dropped += Math.abs(values[i]);
      }
      return new Spectrum(rank, rank == 0 ? Double.NaN : values[0] / values[rank - 1], dropped);
    }
  }

  private static Whitening byCholesky(
      Cholesky factor, int rank, double conditionNumber, double droppedVariance) {
    return new Whitening(
        rank,
        conditionNumber,
        droppedVariance,
        factor::solveLower,
        factor::timesLower,
        factor::solveLowerTransposed);
  }

  static Whitening byEigenvectors(Matrix covariance, double ridge) {
    SymmetricEigen eigen = SymmetricEigen.of(covariance);
    int d = covariance.rows();
    double[] values = new double[d];
    for (int i = 0; i < d; i++) {
      values[i] = eigen.value(i);
    }
    Spectrum spectrum = Spectrum.of(values, ridge);
    int kept = ridge > 0 ? d : spectrum.rank();
    Matrix vectors = eigen.vectors().rows(0, kept);
    double[] roots = new double[kept];
    double[] inverses = new double[kept];
    for (int i = 0; i < kept; i++) {
      roots[i] = Math.sqrt(Math.max(0, eigen.value(i)) + ridge);
      inverses[i] = 1 / roots[i];
    }
    return new Whitening(
        spectrum.rank(),
        spectrum.conditionNumber(),
        spectrum.droppedVariance(),
        x -> rowsScaled(vectors.times(x), inverses),
        x -> vectors.transposeTimes(rowsScaled(x, roots)),
        x -> vectors.transposeTimes(rowsScaled(x, inverses)));
  }

  private static Matrix rowsScaled(Matrix matrix, double[] factors) {
    double[] values = matrix.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factors[i / matrix.columns()];
    }
    return Matrix.of(matrix.rows(), matrix.columns(), values);
  }

  /** Directions in which Σ varies by more than rounding. */
  int rank() {
    return rank;
  }

  /**
   * Of these directions, the largest eigenvalue over the smallest; where Σ is well-conditioned as
   * {@link Cholesky#eigenvalueRatio} finds it. NaN where there is none.
   */
  double conditionNumber() {
    return conditionNumber;
  }

  /** Total variance in the others: rounding. */
  double droppedVariance() {
    return droppedVariance;
  }

  /** F·x of x [d, columns]: [rank, columns]. */
  Matrix whiten(Matrix x) {
    return whiten.apply(x);
  }

  /** F⁺·x of x [rank, columns]: [d, columns]. */
  Matrix unwhiten(Matrix x) {
    return unwhiten.apply(x);
  }

  /** Fᵀ·x of x [rank, columns]: [d, columns]. */
  Matrix whitenTransposed(Matrix x) {
    return whitenTransposed.apply(x);
  }
}
