package dev.microtome.erasure;

import java.io.Serializable;

/**
 * Which singular values of the whitened cross-covariance count as zero, so that their directions
 * are not erased.
 *
 * @param value those at most this large
 */
public record SingularValueTolerance(Kind kind, double value) implements Serializable {
  /** What a singular value is compared with. */
  public enum Kind {
    /**
     * The largest, each column of z scaled to variance 1: the same for targets in any units, and
     * for classes rare and common.
     */
    RELATIVE,

    /** The value itself, in the units of z, as the reference implementation does. */
    ABSOLUTE
  }

  /**
   * Far above the rounding of a well-conditioned covariance, far below what a linear probe could
   * use.
   */
  public static final SingularValueTolerance DEFAULT = relative(1e-6);

  public SingularValueTolerance {
    if (!(value >= 0) || (kind == Kind.RELATIVE && value >= 1)) {
      throw new IllegalArgumentException(
          "Singular value tolerance %s (must be at least 0%s)"
              .formatted(value, kind == Kind.RELATIVE ? " and below 1" : ""));
    }
  }

  public static SingularValueTolerance relative(double value) {
    return new SingularValueTolerance(Kind.RELATIVE, value);
  }

  /** Of concept-erasure {@code absolute(0.01)} is the default. */
  public static SingularValueTolerance absolute(double value) {
    return new SingularValueTolerance(Kind.ABSOLUTE, value);
  }

  /** What is not above this counts as zero. */
  double floor(double largest) {
    return kind == Kind.ABSOLUTE ? value : value * largest;
  }
}
