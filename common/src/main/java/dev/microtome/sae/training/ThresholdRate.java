package dev.microtome.sae.training;

import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.SaeArchitecture;

/**
 * The weight of a batch in the running threshold of a {@link BatchTopKSae} or {@link
 * MatryoshkaSae}: as much as of each batch before, until the architecture's rate is reached. From 0
 * at a constant rate, as in SAELens, the threshold of a training of 100 steps would be two thirds
 * of what its batches had.
 */
final class ThresholdRate {
  private ThresholdRate() {}

  /**
   * The weight of a batch; 0 for architectures without a threshold.
   *
   * @param step of the batch, from 0
   */
  static double of(SaeArchitecture architecture, long step) {
    double rate = 0;
    if (architecture instanceof BatchTopKSae batchTopK) {
      rate = batchTopK.thresholdRate();
    } else if (architecture instanceof MatryoshkaSae matryoshka) {
      rate = matryoshka.thresholdRate();
    }
    return rate == 0 ? 0 : Math.max(rate, 1.0 / (step + 1));
  }
}
