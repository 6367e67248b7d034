package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.HookPoint;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.Values;
import dev.microtome.run.InputException;

/**
 * Where the tokens of a batch lie in an activation [batch, position, …]: all of them, without the
 * padding of shorter rows, row after row.
 */
final class PassCells {

  private final NDArray indices;

  /** The tokens of a batch, in native memory of that manager. */
  PassCells(TokenBatch batch, NDManager manager) {

    long[] cells = new long[Math.toIntExact(batch.tokenCount())];
    int next = 0;
    for (int row = 0; row < batch.size(); row++) {
      for (int position = 0; position < batch.length(row); position++) {
        cells[next++] = (long) row * batch.length() + position;
      }
    }
    indices = manager.create(cells, new Shape(cells.length));
  }

  /**
   * Activations of the tokens, [tokens, width].
   *
   * @throws InputException if one is NaN or infinite
   */
  NDArray of(ActivationCache cache, HookPoint hook, NDManager manager) {
    NDArray rows = EvaluationKernels.rows(manager, cache.get(hook), indices);
    if (!EvaluationKernels.isFinite(rows)) {
      throw new InputException(
          "hook '%s': an activation is NaN or infinite, expected finite numbers".formatted(hook));
    }
    return rows;
  }

  /** The activation of the hook with these rows in place of the tokens'. */
  Values with(NDArray rows, ActivationCache cache, HookPoint hook, NDManager manager) {
    try (NDArray whole = EvaluationKernels.withRows(manager, cache.get(hook), indices, rows)) {
      return Values.copyOf(whole);
    }
  }
}
