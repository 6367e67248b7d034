package dev.microtome.sae.training;

import dev.microtome.optim.Adam;
import java.io.Serializable;

/** A rule that turns a sparse autoencoder's gradients into steps, a row of weights at a time. */
public sealed interface SaeOptimizer extends Serializable {

  /** Adam with the constants of {@link Adam}; a row without gradient still moves by its mean. */
  static SaeOptimizer adam(Adam constants) {
    return new OfAdam(constants);
  }

  /** Sign descent without a schedule, momentum 0.95. */
  static SaeOptimizer signum() {
    return new Signum(0.95);
  }

  /** Begins a run. */
  RowRule start();

  /**
   * Adam.
   *
   * @param constants without weight decay and AMSGrad
   */
  record OfAdam(Adam constants) implements SaeOptimizer {
    public OfAdam {
      if (constants.weightDecay() != 0 || constants.amsgrad()) {
        throw new IllegalArgumentException(
            "%s: rows have neither weight decay nor AMSGrad".formatted(constants));
      }
    }

    @Override
    public RowRule start() {
      return new AdamRows(constants);
    }
  }

  /**
   * Steepest descent in the L∞ norm (Bernstein et al. 2018, signSGD) made free of schedules
   * (Defazio et al. 2024): the gradient is taken at y = βx + (1−β)z, z ← z − η·sign(g), and x is
   * the mean of all z, weighted by the largest η so far squared. What sparsify trains with.
   *
   * @param momentum β
   */
  record Signum(double momentum) implements SaeOptimizer {
    public Signum {
      if (!(momentum > 0 && momentum < 1)) {
        throw new IllegalArgumentException(
            "momentum is %s, expected a number between 0 and 1".formatted(momentum));
      }
    }

    /**
     * sparsify's rate: 0.005 at 16,384 features, and as one over the square root of their number.
     */
    public static double defaultRate(int features) {
      return 5e-3 / Math.sqrt(features / 16384.0);
    }

    @Override
    public RowRule start() {
      return new SignumRows(momentum);
    }
  }
}
