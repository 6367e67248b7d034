package dev.microtome.sae.training;

/**
 * Rows to train on: a batch for every step, the same whenever it is asked for, so that a training
 * that is taken up again reads what an undisturbed one would have.
 */
@FunctionalInterface
public interface BatchSource {
  /**
   * The rows [n, d_in] of a step, from 0. They are read before the next batch is asked for, and not
   * changed.
   */
  float[][] batch(long step);
}
