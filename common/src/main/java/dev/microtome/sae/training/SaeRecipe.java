package dev.microtome.sae.training;

import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.SaeConfig;
import java.io.Serializable;

/**
 * How one SAE is trained: all that decides its weights besides the batches.
 *
 * @param name what tables and messages call it
 * @param sparsity coefficient of the penalty over the steps; architectures without one ignore it
 * @param deadAfterTokens a feature that has not fired over so many tokens is dead
 * @param resampling of a {@code ReluSae2023}; others ignore it
 * @param seed of the first weights and of resampling
 */
public record SaeRecipe(
    String name,
    SaeConfig config,
    SaeOptimizer optimizer,
    LearningRate learningRate,
    CoefficientWarmUp sparsity,
    long deadAfterTokens,
    ResamplingPlan resampling,
    long seed)
    implements Serializable {
  public SaeRecipe {
    if (deadAfterTokens < 1) {
      throw new IllegalArgumentException(
          "deadAfterTokens is %d, expected 1 or more".formatted(deadAfterTokens));
    }
  }
}
