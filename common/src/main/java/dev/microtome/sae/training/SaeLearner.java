package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeSource;
import java.nio.file.Path;

/** One SAE in training: weights and the state of their optimiser. One thread's. */
interface SaeLearner extends AutoCloseable {
  SaeRecipe recipe();

  /** Steps done. */
  long steps();

  /**
   * Does a step.
   *
   * @param rows activations as they are, [n, dIn], for a transcoder [n, dIn + dOut] side by side;
   *     unchanged
   * @throws SaeDivergedException if the loss or the gradient is not finite; the weights are then
   *     those of the step before
   */
  SaeStep step(NDArray rows);

  /** Writes all that the next steps depend on. */
  void writeState(Path file);

  /** The SAE as it is, for activations as they are; its memory belongs to {@code owner}. */
  Sae finished(SaeSource source, NDManager owner);

  @Override
  void close();
}
