package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * What training leaves.
 *
 * @param config what was trained
 * @param parameters float32, those of {@link SaeConfig#parameters}
 * @param threshold of a {@link BatchTopKSae} or {@link MatryoshkaSae}; others ignore it
 * @param inputFactor what inputs were multiplied by, {@link AverageNorm#factor}; 1 without
 * @param outputFactor what targets were multiplied by; the same as the inputs' for an autoencoder
 */
public record Trained(
    SaeConfig config,
    Map<String, NDArray> parameters,
    double threshold,
    double inputFactor,
    double outputFactor) {

  /**
   * Checks that the factors fit the configuration.
   *
   * @throws IllegalArgumentException if one is not positive, is not 1 without a factor in the
   *     configuration, or an autoencoder has two
   */
  public Trained {
    parameters = Map.copyOf(parameters);
    Checks.positive("inputFactor", inputFactor);
    Checks.positive("outputFactor", outputFactor);
    Checks.notNegative("threshold", threshold);
    if (config.normalization() != Normalization.EXPECTED_AVERAGE_NORM
        && (inputFactor != 1 || outputFactor != 1)) {
      throw new IllegalArgumentException(
          "factors are %s and %s with the normalization %s, expected 1"
              .formatted(inputFactor, outputFactor, config.normalization()));
    }
    if (config.mapping() == Mapping.AUTOENCODER && inputFactor != outputFactor) {
      throw new IllegalArgumentException(
          "factors are %s and %s, expected the same for an autoencoder"
              .formatted(inputFactor, outputFactor));
    }
  }

  /** Trained on activations as they are, or normalised one by one. */
  public static Trained of(SaeConfig config, Map<String, NDArray> parameters) {
    return new Trained(config, parameters, 0, 1, 1);
  }

  /** The same with another threshold. */
  public Trained withThreshold(double newThreshold) {
    return new Trained(config, parameters, newThreshold, inputFactor, outputFactor);
  }

  /** The same, trained on activations of an autoencoder times a factor. */
  public Trained scaledBy(double factor) {
    return new Trained(config, parameters, threshold, factor, factor);
  }
}
