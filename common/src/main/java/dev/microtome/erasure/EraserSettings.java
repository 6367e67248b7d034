package dev.microtome.erasure;

import java.io.Serializable;

/**
 * How an eraser is made of moments. The theorem (no linear predictor beats a constant, and no
 * affine map that achieves this moves activations less) is that of {@link #leace}, as it stands.
 *
 * @param affine whether the projection goes through the mean, which it then keeps; if not, through
 *     0
 * @param shrinkage whether the covariance is shrunk towards a multiple of the identity (Bodnar,
 *     Gupta and Parolya 2014): for few rows
 * @param ridge share of the total variance that rounding may have in a direction. It is added to
 *     the variance of every direction before whitening, where the covariance is ill-conditioned;
 *     what is erased stays the same
 * @param traceConstraint whether the total variance is kept from growing; see {@link
 *     TraceConstraint}, which has nothing to do but for rounding
 */
public record EraserSettings(
    EraserMethod method,
    boolean affine,
    boolean shrinkage,
    SingularValueTolerance tolerance,
    double ridge,
    boolean traceConstraint)
    implements Serializable {
  /**
   * Float32 sums leave about (2e-7)² of the variance in directions that have none: those that an
   * eraser below has emptied, or the one in which a layer norm leaves nothing. Whitened, that would
   * count as much as any other direction, and the eraser would have factors that float32 cannot
   * hold.
   */
  public static final double FLOAT32_RIDGE = 1e-10;

  public EraserSettings {
    if (!(ridge >= 0 && ridge < 1)) {
      throw new IllegalArgumentException(
          "Ridge %s (must be at least 0 and below 1)".formatted(ridge));
    }
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
    return new EraserSettings(method, true, false, SingularValueTolerance.DEFAULT, 0, false);
  }

  /** Through 0 in place of the mean. */
  public EraserSettings throughZero() {
    return new EraserSettings(method, false, shrinkage, tolerance, ridge, traceConstraint);
  }

  /** With a shrunk covariance. */
  public EraserSettings shrunk() {
    return new EraserSettings(method, affine, true, tolerance, ridge, traceConstraint);
  }

  /** With another tolerance. */
  public EraserSettings tolerating(SingularValueTolerance other) {
    return new EraserSettings(method, affine, shrinkage, other, ridge, traceConstraint);
  }

  /** With a ridge that drowns the rounding of float32 activations and nothing else. */
  public EraserSettings ofFloat32() {
    return new EraserSettings(method, affine, shrinkage, tolerance, FLOAT32_RIDGE, traceConstraint);
  }

  /** With a total variance that must not grow. */
  public EraserSettings constrained() {
    return new EraserSettings(method, affine, shrinkage, tolerance, ridge, true);
  }
}
