package dev.microtome.activations;

import dev.microtome.model.HookPoint;
import java.io.Serializable;
import java.util.List;

/**
 * What to collect: all that decides which rows an {@link ActivationCollector} gives, besides the
 * model and the sequences.
 *
 * @param hooks where to read, each once; rows of one batch come in this order
 * @param batchTokens most tokens of a batch, padding included; a longer sequence is a batch of its
 *     own
 * @param positions which positions of each sequence
 * @param seed of random positions
 * @param onNan what happens to a NaN or an infinity
 */
public record CollectionSettings(
    List<HookPoint> hooks, int batchTokens, PositionSelection positions, long seed, OnNan onNan)
    implements Serializable {
  public CollectionSettings {
    hooks = List.copyOf(hooks);
    if (hooks.isEmpty() || hooks.stream().distinct().count() != hooks.size()) {
      throw new IllegalArgumentException("hooks must be distinct, and at least one: " + hooks);
    }
    if (batchTokens < 1) {
      throw new IllegalArgumentException("batchTokens must be at least 1: " + batchTokens);
    }
  }
}
