package dev.microtome.training;

import dev.microtome.run.InputException;

/** A training whose loss or gradient is no longer a number: its recipe cannot be used. */
public final class DivergedException extends InputException {
  private static final long serialVersionUID = 1L;

  private final long step;

  DivergedException(String what, double value, long step, double learningRate) {
    super(
        "%s became %s at step %d (learning rate %s); the weights are those of step %d"
            .formatted(what, value, step, learningRate, step - 1));
    this.step = step;
  }

  /** The step that was not done, from 1. */
  public long step() {
    return step;
  }
}
