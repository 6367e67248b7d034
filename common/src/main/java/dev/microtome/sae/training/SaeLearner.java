package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** One SAE in training: weights and the state of their optimiser. One thread's. */
interface SaeLearner extends AutoCloseable {
  SaeRecipe recipe();

  /** Steps done. */
  long steps();

  /** Sets what the first batch decides, as {@link #step} does before the first step. */
  void begin(RowBatch batch, Supplier<NDArray> array);

  /**
   * Does a step.
   *
   * @param batch activations as they are, [n, dIn], for a transcoder [n, dIn + dOut] side by side;
   *     unchanged
   * @param array gives the same rows as an array
   * @throws dev.microtome.run.InputException if the loss is not finite; the weights are then those
   *     of the step before
   */
  SaeStep step(RowBatch batch, Supplier<NDArray> array);

  /**
   * Gives dead features new weights, if the recipe says so after this step.
   *
   * @param ahead opens the batches that follow
   * @param columns of these that are this SAE's
   */
  default void resample(Supplier<MixedBatches> ahead, RowColumns columns) throws IOException {}

  /** Writes all that the next steps depend on. */
  void writeState(Path file);

  /** Writes what workers share. */
  void writeShared(Path file);

  /** Takes shared weights over; what the optimiser knows moves along with them. */
  void adopt(SharedWeights shared);

  /** The SAE as it is, for activations as they are; its memory belongs to {@code owner}. */
  Sae finished(SaeSource source, NDManager owner);

  @Override
  void close();
}
