package dev.microtome.sae.training;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one step of one SAE was. All numbers are those of the batch before the update, in the units
 * of normalised activations.
 *
 * @param step steps done, this one included
 * @param loss what was differentiated
 * @param parts of the loss by name, as {@code SaeLosses} has them
 * @param l0 mean number of features of a token
 * @param explainedVariance 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖² over the batch; NaN if all its rows are
 *     alike
 * @param deadFraction of features that have not fired over the window of dead ones
 * @param learningRate in force
 */
public record SaeStep(
    long step,
    double loss,
    Map<String, Double> parts,
    double l0,
    double explainedVariance,
    double deadFraction,
    double learningRate) {
  private static final String INNER = "inner_mse_";

  public SaeStep {
    parts = Map.copyOf(parts);
  }

  /** A part of the loss; 0 if the architecture has none of that name. */
  double part(String name) {
    return parts.getOrDefault(name, 0.0);
  }

  /** Matryoshka's parts, by growing width. */
  float[] innerErrors() {
    TreeMap<Integer, Double> byWidth = new TreeMap<>();
    parts.forEach(
        (name, value) -> {
          if (name.startsWith(INNER)) {
            byWidth.put(Integer.valueOf(name.substring(INNER.length())), value);
          }
        });
    float[] errors = new float[byWidth.size()];
    int next = 0;
    for (double value : byWidth.values()) {
      errors[next++] = (float) value;
    }
    return errors;
  }
}
