package dev.microtome.probing;

import java.io.Serializable;

/**
 * How a network of one hidden layer is trained: AdamW, β = (0.9, 0.999).
 *
 * @param hidden width of the hidden layer
 * @param steps in all
 * @param batchRows rows a step
 * @param weightDecay decoupled
 * @param evaluations times that the rows kept for it are looked at; the best of them is the probe
 */
public record MlpSettings(
    int hidden, int steps, int batchRows, double learningRate, double weightDecay, int evaluations)
    implements Serializable {

  /** 64 wide, 2,000 steps of 128 rows at 1e-3, decay 0.01, looked at 20 times. */
  public static final MlpSettings DEFAULT = new MlpSettings(64, 2000, 128, 1e-3, 0.01, 20);

  public MlpSettings {
    if (hidden < 1 || steps < 1 || batchRows < 1 || evaluations < 1 || evaluations > steps) {
      throw new IllegalArgumentException(
          "hidden %d, steps %d, batchRows %d, evaluations %d: must be positive, evaluations at most steps"
              .formatted(hidden, steps, batchRows, evaluations));
    }
  }
}
