package dev.microtome.sae.training;

import dev.microtome.sae.SaeConfig;

/**
 * What the training of one SAE needs of memory, heap and native together, from its sizes: weights,
 * what the optimiser keeps of them, and what a step has of a batch. Tests hold trainings to it.
 * What a process has anyhow (libraries, code, the collector's room) is not in it, nor are the
 * batches.
 *
 * @param bytes whatever the threads
 * @param bytesPerThread in addition for each thread of a step
 */
public record SaeMemory(long bytes, long bytesPerThread) {
  /** Arrays [n, dSae] of float32 that automatic differentiation has at a time. */
  private static final long DENSE_ARRAYS = 10;

  /** A feature, its value and its slope. */
  private static final long ENTRY = 12;

  /**
   * Memory of a training.
   *
   * @param batchRows n
   */
  public static SaeMemory of(SaeRecipe recipe, int batchRows) {
    if (!FastLearner.canTrain(recipe)) {
      return dense(recipe.config(), batchRows);
    }
    TopKShape shape = FastLearner.shape(recipe);
    long sums = recipe.optimizer() instanceof SaeOptimizer.OfAdam ? 2 : 1;
    return switch (shape.selection()) {
      case ROW, BATCH -> sparse(shape, sums, batchRows);
      case POSITIVE, THRESHOLD, GATED -> relu(shape, sums);
    };
  }

  /** Weights, gradients, Adam's sums and what makes gradients of them. */
  private static SaeMemory dense(SaeConfig config, int batchRows) {
    long weights = (long) Float.BYTES * config.dSae() * (config.dIn() + config.dOut());
    return new SaeMemory(5 * weights + DENSE_ARRAYS * Float.BYTES * batchRows * config.dSae(), 0);
  }

  private static long weights(TopKShape shape) {
    return (long) Float.BYTES * shape.dSae() * (shape.dIn() + shape.dOut());
  }

  /** W_skip, its sums, native copy and gradient. */
  private static long skip(TopKShape shape, long sums) {
    return shape.skips() ? (3 + sums) * Float.BYTES * shape.dIn() * shape.dOut() : 0;
  }

  /**
   * Weights, sums, native copies of encoder and decoder; by row e, t − b and the entries, x where
   * it is another, and with W_skip what is left of t, and e and x once more.
   */
  private static SaeMemory sparse(TopKShape shape, long sums, int batchRows) {
    long perRow = (2L + shape.widths().size()) * shape.dOut();
    if (shape.transcodes()) {
      perRow += shape.dIn();
    }
    if (shape.skips()) {
      perRow += 2L * shape.dOut() + shape.dIn();
    }
    long rows = perRow * Float.BYTES * batchRows;
    long kept = (long) Math.ceil(shape.k() * batchRows);
    long dead = shape.auxiliaryWeight() > 0 ? (long) shape.auxiliaryK() * batchRows : 0;
    long tile = (long) Float.BYTES * TopKStep.tileRows(shape.dSae()) * (shape.dIn() + shape.dSae());
    long candidates =
        shape.selection() == Selection.BATCH ? 3L * Long.BYTES * (2 * kept + shape.dSae()) : 0;
    return new SaeMemory(
        (2 + sums) * weights(shape) + skip(shape, sums) + rows + 2 * ENTRY * (kept + dead),
        tile + candidates + 8L * Float.BYTES * shape.dSae());
  }

  /** Weights, sums, native copies, gradients; of a batch nothing but a thread's two tiles. */
  private static SaeMemory relu(TopKShape shape, long sums) {
    long tileRows = ReluStep.tileRows(shape.dSae());
    long tile = Float.BYTES * tileRows * (shape.dIn() + shape.dOut() + 2L * shape.dSae());
    long list = 2 * ENTRY * ReluTile.room(tileRows, shape.dSae());
    if (shape.selection() == Selection.GATED) {
      // Gates and their slopes, what they leave, and a value more of each entry.
      tile += Float.BYTES * tileRows * (shape.dOut() + 2L * shape.dSae());
      list += (long) Float.BYTES * ReluTile.room(tileRows, shape.dSae());
    } else if (shape.selection() == Selection.THRESHOLD) {
      // A bit for each pre-activation just below its threshold.
      tile += tileRows * shape.dSae() / Byte.SIZE;
    }
    if (shape.skips()) {
      tile += Float.BYTES * tileRows * shape.dOut();
    }
    return new SaeMemory(
        (3 + sums) * weights(shape) + skip(shape, sums),
        2 * (tile + list) + 8L * Float.BYTES * shape.dSae());
  }
}
