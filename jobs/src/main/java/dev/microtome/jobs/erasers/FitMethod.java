package dev.microtome.jobs.erasers;

import dev.microtome.erasure.EraserMethod;
import java.util.Optional;

/** Kinds of erasers that the job fits. */
public enum FitMethod {
  /** The map of activations alone that moves them least. */
  LEACE(EraserMethod.LEACE),

  /** The orthogonal projection. */
  ORTH(EraserMethod.ORTH),

  /** A map of activation and label: the residual of the label's least-squares prediction. */
  ORACLE(null),

  /** A map of activation and class, after which classes have one mean and one covariance. */
  QUADRATIC(null);

  private final EraserMethod projection;

  FitMethod(EraserMethod projection) {
    this.projection = projection;
  }

  /** Which projection it is; empty of an eraser that needs labels. */
  Optional<EraserMethod> projection() {
    return Optional.ofNullable(projection);
  }
}
