package dev.microtome.optim;

import java.io.Serializable;

/**
 * A coefficient of a loss that grows from 0 in equal pieces: peak·s/steps in step s, counted from
 * 0, so that the first step is without it, and the peak from then on. The same as SAELens's, whose
 * learning rate, unlike its coefficients, begins with a piece.
 *
 * @param peak final value
 * @param steps of the warm-up; 0 for the peak at once
 */
public record CoefficientWarmUp(double peak, long steps) implements Serializable {
  public CoefficientWarmUp {
    Optimizer.requireNotNegative("peak", peak);
    if (steps < 0) {
      throw new IllegalArgumentException("steps are negative: " + steps);
    }
  }

  /** The coefficient in force during a step, from 0. */
  public double at(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step is negative: " + step);
    }
    return step >= steps ? peak : peak * step / steps;
  }
}
