package dev.microtome.erasure;

import java.io.Serializable;

/**
 * How an eraser is made of moments. The theorem (no linear predictor beats a constant, and no
 * affine map that achieves this moves activations less) is that of {@link #leace}, as it stands.
 *
 * <p>The reference implementation can also keep the total variance from growing. There is nothing
 * to keep: with Σ* = α·S + ρ·I the covariance a projection P is made of, shrunk or not, tr(P·S·Pᵀ)
 * ≤ tr S always.
 *
 * @param affine whether the projection goes through the mean, which it then keeps; if not, through
 *     0
 * @param shrinkage whether the covariance is shrunk towards a multiple of the identity (Bodnar,
 *     Gupta and Parolya 2014): for few rows
 * @param ridge share of the total variance that is added to the variance of every direction before
 *     whitening; what is erased stays the same
 */
public record EraserSettings(
    EraserMethod method,
    boolean affine,
    boolean shrinkage,
    SingularValueTolerance tolerance,
    double ridge)
    implements Serializable {
  /**
   * Float32 sums leave about (2e-7)² of the variance in directions that have none, such as those
   * that an eraser below has emptied. Whitened, that would count as much as any other direction,
   * and the eraser would have factors that float32 cannot hold.
   */
  private static final double FLOAT32_RIDGE = 1e-10;

  /** Settings without a ridge. */
  public EraserSettings(
      EraserMethod method, boolean affine, boolean shrinkage, SingularValueTolerance tolerance) {
    this(method, affine, shrinkage, tolerance, 0);
  }

  /** LEACE as the paper has it. */
  public static EraserSettings leace() {
    return of(EraserMethod.LEACE);
  }

  /** The orthogonal projection. */
  public static EraserSettings orthogonal() {
    return of(EraserMethod.ORTH);
  }

  private static EraserSettings of(EraserMethod method) {
    return new EraserSettings(method, true, false, SingularValueTolerance.DEFAULT);
  }

  /** Through 0 in place of the mean. */
  public EraserSettings throughZero() {
    return new EraserSettings(method, false, shrinkage, tolerance, ridge);
  }

  /** With a shrunk covariance. */
  public EraserSettings shrunk() {
    return new EraserSettings(method, affine, true, tolerance, ridge);
  }

  /** With another tolerance. */
  public EraserSettings tolerating(SingularValueTolerance other) {
    return new EraserSettings(method, affine, shrinkage, other, ridge);
  }

  /** With a ridge that drowns the rounding of float32 activations and nothing else. */
  public EraserSettings ofFloat32() {
    return new EraserSettings(method, affine, shrinkage, tolerance, FLOAT32_RIDGE);
  }
}
