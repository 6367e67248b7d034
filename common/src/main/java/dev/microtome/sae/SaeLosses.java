package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;

/**
 * What one step gives. The arrays belong to the batch's manager.
 *
 * @param parts of the loss by name, coefficients included: {@code mse} always; {@code l1}, {@code
 *     l0}, {@code auxiliary}, {@code pre_act}, {@code inner_mse_<width>} as the architecture has
 *     them
 * @param total their sum, which is differentiated
 * @param gradients in the order of the parameters
 * @param features [n, dSae]
 * @param reconstruction [n, dOut]
 */
public record SaeLosses(
    Map<String, Double> parts,
    double total,
    List<NDArray> gradients,
    NDArray features,
    NDArray reconstruction) {
  public SaeLosses {
    parts = Map.copyOf(parts);
    gradients = List.copyOf(gradients);
  }
}
