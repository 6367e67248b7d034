package dev.microtome.sae.training;

import dev.microtome.sae.Resampling;
import java.io.Serializable;
import java.util.List;

/**
 * When dead features of a {@link dev.microtome.sae.ReluSae2023} get new weights, and by how many
 * inputs ({@link Resampling}).
 *
 * @param steps after which it happens
 * @param inputs of the batches that follow, as far as there are
 * @param deadAfterSteps steps without firing that make a feature dead
 */
public record ResamplingPlan(List<Long> steps, int inputs, long deadAfterSteps)
    implements Serializable {

  /** Never. */
  public static final ResamplingPlan NONE = new ResamplingPlan(List.of(), 1, 1);

  /** As published. */
  public static final ResamplingPlan PAPER =
      new ResamplingPlan(Resampling.STEPS, Resampling.INPUTS, Resampling.DEAD_AFTER_STEPS);

  public ResamplingPlan {
    steps = List.copyOf(steps);
    if (inputs < 1 || deadAfterSteps < 1) {
      throw new IllegalArgumentException(
          "resampling by %d inputs of features dead for %d steps, expected positive numbers"
              .formatted(inputs, deadAfterSteps));
    }
  }
}
