package dev.microtome.sae;

import ai.djl.ndarray.NDArray;

/**
 * Holds the decoder's rows at norm 1 ({@link DecoderNorms#UNIT}), as Bricken et al. 2023 do: what a
 * step would do along a row is taken out of its gradient, so that Adam's means do not fill with
 * what the constraint undoes, and what rounding and curvature leave is divided out after the step.
 */
public final class DecoderConstraint {
  private DecoderConstraint() {}

  /**
   * Before the step: g_j ← g_j − (g_j·w_j)/(w_j·w_j)·w_j.
   *
   * @param gradient of W_dec, [dSae, dOut]
   * @param decoder W_dec
   */
  public static void removeParallelInPlace(NDArray gradient, NDArray decoder) {
    SaeKernels.removeParallelInPlace(gradient, decoder);
  }

  /** After the step: w_j ← w_j/‖w_j‖. A row of zeros stays. */
  public static void normalizeInPlace(NDArray decoder) {
    SaeKernels.unitRowsInPlace(decoder);
  }
}
