package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What holds of parameters beside what the loss asks for: decoder rows of norm 1 ({@link
 * DecoderNorms#UNIT}) and thresholds of 0 or above.
 *
 * <p>As in Bricken et al. 2023, what a step would do along a row is taken out of its gradient, so
 * that Adam's means do not fill with what the constraint undoes, and what rounding and curvature
 * leave is divided out after the step.
 */
public final class Constraints {
  private Constraints() {}

  /**
   * Before a step, and before clipping: g_j ← g_j − (g_j·w_j)/(w_j·w_j)·w_j for every decoder row,
   * if the architecture holds them.
   *
   * @param gradients in the order of the parameters
   */
  public static void onGradientsInPlace(
      SaeConfig config, Map<String, NDArray> parameters, List<NDArray> gradients) {
    if (config.architecture().decoderNorms() == DecoderNorms.UNIT) {
      int decoder = new ArrayList<>(parameters.keySet()).indexOf("W_dec");
      removeParallelInPlace(gradients.get(decoder), parameters.get("W_dec"));
    }
  }

  /** After a step, and once before the first: rows to norm 1, thresholds to 0 or above. */
  public static void onParametersInPlace(SaeConfig config, Map<String, NDArray> parameters) {
    if (config.architecture().decoderNorms() == DecoderNorms.UNIT) {
      normalizeInPlace(parameters.get("W_dec"));
    }
    if (parameters.containsKey("threshold")) {
      SaeKernels.notNegativeInPlace(parameters.get("threshold"));
    }
  }

  /**
   * Takes each row's component along the decoder's row out of a gradient.
   *
   * @param gradient of W_dec, [dSae, dOut]
   * @param decoder W_dec; a row of zeros has no direction
   */
  public static void removeParallelInPlace(NDArray gradient, NDArray decoder) {
    SaeKernels.removeParallelInPlace(gradient, decoder);
  }

  /** Sets each row to norm 1. A row of zeros stays. */
  public static void normalizeInPlace(NDArray decoder) {
    SaeKernels.unitRowsInPlace(decoder);
  }
}
