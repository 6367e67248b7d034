package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What all blocks share while one batch runs: its positions, who may attend to whom, and earlier
 * keys and values if there are any.
 */
final class PassContext {
  private final NDManager manager;
  private final ModelConfig config;
  private final TokenBatch batch;
  private final Optional<KeyValueCache> past;
  private final Optional<Rotary> rotary;
  private Optional<NDArray> attentionPositions = Optional.empty();
  private final Map<Integer, NDArray> masks = new HashMap<>();

  /**
   * A run over a batch.
   *
   * @param manager of what the blocks share; closed after the run
   * @param past keys and values of the tokens before the batch's
   */
  PassContext(
      NDManager manager, ModelConfig config, TokenBatch batch, Optional<KeyValueCache> past) {
    this.manager = manager;
    this.config = config;
    this.batch = batch;
    this.past = past;
    this.rotary =
        config.positions() instanceof Positions.Rotary rotation
            ? Optional.of(Rotary.of(manager, rotation, firstPosition(), batch.length()))
            : Optional.empty();
  }

  NDManager manager() {
    return manager;
  }

  TokenBatch batch() {
    return batch;
  }

  Optional<KeyValueCache> past() {
    return past;
  }

  Optional<Rotary> rotary() {
    return rotary;
  }

  /** What every layer adds to what its queries and keys are computed from, or empty. */
  Optional<NDArray> attentionPositions() {
    return attentionPositions;
  }

  /** Sets what the embedding found for {@link #attentionPositions}; its memory is the manager's. */
  void addToQueriesAndKeys(NDArray positions) {
    positions.attach(manager);
    attentionPositions = Optional.of(positions);
  }

  /** Position of the batch's first token in its sequence. */
  int firstPosition() {
    return past.map(KeyValueCache::length).orElse(0);
  }

  /** Whether every query sees all keys. */
  boolean unmasked(int window) {
    return config.causal() ? batch.length() == 1 && unwindowed(window) : !batch.ragged();
  }

  /** Whether a query sees exactly the keys up to its own index. */
  boolean plainlyCausal(int window) {
    return config.causal() && firstPosition() == 0 && unwindowed(window);
  }

  /** [1 or batch, 1, query or 1, key]: whether the query may attend to the key. */
  NDArray allowed(int window) {
    return masks.computeIfAbsent(unwindowed(window) ? 0 : window, this::mask);
  }

  private boolean unwindowed(int window) {
    return window == 0 || window >= firstPosition() + batch.length();
  }

  private NDArray mask(int window) {
    if (!config.causal()) {
      return manager.create(batch.present(), new Shape(batch.size(), 1, 1, batch.length()));
    }
    int first = firstPosition();
    int last = first + batch.length();
    try (NDArray queries = manager.arange(first, last, 1, DataType.INT64);
        NDArray keys = manager.arange(0, last, 1, DataType.INT64)) {
      return Kernels.causalMask(manager, queries, keys, window);
    }
  }
}
