package dev.microtome.sae.training;

import dev.microtome.run.InputException;

/** A training whose loss or gradient is no longer a number: its recipe cannot be used. */
public final class SaeDivergedException extends InputException {
  private static final long serialVersionUID = 1L;

  SaeDivergedException(String what, double value, long step, double learningRate, double sparsity) {
    super(
        "%s became %s at step %d (learning rate %s, sparsity %s); the weights are those of step %d"
            .formatted(what, value, step, learningRate, sparsity, step - 1));
  }
}
