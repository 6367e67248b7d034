package dev.microtome.sae.training;

import dev.microtome.optim.LearningRate;
import java.io.Serializable;

/**
 * The recipe of a training.
 *
 * @param shape of the autoencoder and its loss
 * @param optimizer of all parameters
 * @param learningRate knows the number of steps
 * @param seed of the weights
 */
public record SaeTrainingSettings(
    TopKShape shape, SaeOptimizer optimizer, LearningRate learningRate, long seed)
    implements Serializable {

  /** sparsify's recipe: signum at a constant rate that goes by the number of features. */
  public static SaeTrainingSettings signum(TopKShape shape, long steps, long seed) {
    double rate = SaeOptimizer.Signum.defaultRate(shape.dSae());
    return new SaeTrainingSettings(
        shape, SaeOptimizer.signum(), LearningRate.builder(rate, steps).build(), seed);
  }

  public long steps() {
    return learningRate.steps();
  }
}
