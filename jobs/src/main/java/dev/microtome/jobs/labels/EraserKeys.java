package dev.microtome.jobs.labels;

import dev.microtome.config.ConfigException;
import dev.microtome.erasure.EraserMethod;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.SingularValueTolerance;
import java.io.Serializable;
import java.util.Map;

/**
 * Keys that jobs which fit erasers to labelled activations share, with what they mean and the
 * checks of their ranges. A configuration record has the components, for a key is a component of
 * it, and makes one of these.
 */
public record EraserKeys(
    boolean affine,
    boolean shrinkage,
    boolean constrainCovTrace,
    double svdTolerance,
    SingularValueTolerance.Kind svdToleranceKind,
    double ridge,
    double maxUnlabelled,
    double maxUnmatchedLabels)
    implements Serializable {
  public static final String SHRINKAGE =
      "shrink the covariance towards a multiple of the identity: for few rows; what is erased stays, how far activations move grows";
  public static final String CONSTRAIN_COV_TRACE =
      "true: an eraser that makes the total variance larger is mixed with the orthogonal one until it does not, and erases as much; as in concept-erasure it never comes to that, but for rounding";
  public static final String SVD_TOLERANCE =
      "singular values of the whitened cross-covariance up to this count as zero";
  public static final String SVD_TOLERANCE_KIND =
      "relative (to the largest, targets scaled to variance 1) or absolute (in the targets' units, as concept-erasure's 0.01 is)";
  public static final String RIDGE =
      "share of the total variance up to which a direction's variance is rounding: so much is added to all directions where the covariance is ill-conditioned, as behind a layer norm; what is erased stays. 1e-10 is for float32; 0: nothing is added";

  /** Default of {@code ridge}. */
  public static final String FLOAT32_RIDGE = "1e-10";

  public EraserKeys {
    requireShare("max-unlabelled", maxUnlabelled);
    requireShare("max-unmatched-labels", maxUnmatchedLabels);
    try {
      new SingularValueTolerance(svdToleranceKind, svdTolerance);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("svd-tolerance", svdTolerance, e.getMessage());
    }
    if (!(ridge >= 0 && ridge < 1)) {
      throw new ConfigException("ridge", ridge, "must be at least 0 and below 1");
    }
  }

  private static void requireShare(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ConfigException(key, value, "must be from 0 to 1");
    }
  }

  public SingularValueTolerance tolerance() {
    return new SingularValueTolerance(svdToleranceKind, svdTolerance);
  }

  /** How a projection is made. */
  public EraserSettings settings(EraserMethod method) {
    return new EraserSettings(method, affine, shrinkage, tolerance(), ridge, constrainCovTrace);
  }

  /**
   * How many activations and labels may be without each other.
   *
   * @param labels how many a concept has; empty where labels stand beside the activations
   */
  public LabelShares shares(Map<String, Long> labels) {
    return new LabelShares(labels, maxUnlabelled, maxUnmatchedLabels);
  }
}
