package dev.microtome.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.Serializable;
import java.util.Map;

/**
 * A rule that turns gradients g into steps of the parameters p: its constants, without the state of
 * a run. Letters: η the learning rate of the step, t its number from 1, λ the weight decay.
 */
public sealed interface Optimizer extends Serializable permits Adam, AdamW, SgdNesterov {

  /** The same rule with λ = 0, for parameters that are not to be pulled to zero. */
  Optimizer withoutWeightDecay();

  /**
   * Begins a run.
   *
   * @param parameters by name, float32 or float64; every step changes them in place
   * @param manager owns the state
   */
  default OptimizerState start(Map<String, NDArray> parameters, NDManager manager) {
    return new OptimizerState(this, parameters, manager);
  }

  /** Checks that a constant lies in [0, 1). */
  static void requireFraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "%s is %s, expected a number from 0 to below 1".formatted(name, value));
    }
  }

  /** Checks that a constant is a number from 0 upwards. */
  static void requireNotNegative(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s is %s, expected a number from 0".formatted(name, value));
    }
  }
}
