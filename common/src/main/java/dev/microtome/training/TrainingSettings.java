package dev.microtome.training;

import dev.microtome.optim.AdamW;
import dev.microtome.optim.LearningRate;
import dev.microtome.optim.Optimizer;
import java.io.Serializable;

/**
 * The recipe of a training.
 *
 * @param batchSize sequences a step
 * @param sequenceLength tokens of a sequence, of which all but the last are read and all but the
 *     first predicted
 * @param optimizer its weight decay is for the matrices ({@code W_}), not for biases, norms and α
 * @param learningRate knows the number of steps
 * @param clipNorm longest gradient, of all parameters together; infinite for no clipping
 * @param seed of weights and batches
 */
public record TrainingSettings(
    int batchSize,
    int sequenceLength,
    Optimizer optimizer,
    LearningRate learningRate,
    double clipNorm,
    long seed)
    implements Serializable {

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public TrainingSettings {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "batchSize is %d, expected 1 or more".formatted(batchSize));
    }
    if (sequenceLength < 2) {
      throw new IllegalArgumentException(
          "sequenceLength is %d, expected 2 or more".formatted(sequenceLength));
    }
    if (!(clipNorm > 0)) {
      throw new IllegalArgumentException(
          "clipNorm is %s, expected a number above 0".formatted(clipNorm));
    }
  }

  /** AdamW with torch's constants, no clipping, seed 0, until told otherwise. */
  public static Builder builder(int batchSize, int sequenceLength, LearningRate learningRate) {
    return new Builder(batchSize, sequenceLength, learningRate);
  }

  public long steps() {
    return learningRate.steps();
  }

  /** Collects what has a default. */
  public static final class Builder {
    private final int batchSize;
    private final int sequenceLength;
    private final LearningRate learningRate;
    private Optimizer optimizer = AdamW.DEFAULT;
    private double clipNorm = Double.POSITIVE_INFINITY;
    private long seed;

    private Builder(int batchSize, int sequenceLength, LearningRate learningRate) {
      this.batchSize = batchSize;
      this.sequenceLength = sequenceLength;
      this.learningRate = learningRate;
    }

    public Builder optimizer(Optimizer newOptimizer) {
      optimizer = newOptimizer;
      return this;
    }

    public Builder clipNorm(double newClipNorm) {
      clipNorm = newClipNorm;
      return this;
    }

    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    public TrainingSettings build() {
      return new TrainingSettings(
          batchSize, sequenceLength, optimizer, learningRate, clipNorm, seed);
    }
  }
}
