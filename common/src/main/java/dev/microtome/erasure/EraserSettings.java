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
 */
public record EraserSettings(
    EraserMethod method, boolean affine, boolean shrinkage, SingularValueTolerance tolerance)
    implements Serializable {

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
    return new EraserSettings(method, false, shrinkage, tolerance);
  }

  /** With a shrunk covariance. */
  public EraserSettings shrunk() {
    return new EraserSettings(method, affine, true, tolerance);
  }

  /** With another tolerance. */
  public EraserSettings tolerating(SingularValueTolerance other) {
    return new EraserSettings(method, affine, shrinkage, other);
  }
}
