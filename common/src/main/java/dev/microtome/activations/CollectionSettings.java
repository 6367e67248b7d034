package dev.microtome.activations;

import dev.microtome.model.HookPoint;
import dev.microtome.model.Intervention;
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
 * @param interventions changes of the pass, none by default; a hook point that is read and changed
 *     is read changed
 * @param onNan what happens to a NaN or an infinity
 */
public record CollectionSettings(
    List<HookPoint> hooks,
    int batchTokens,
    PositionSelection positions,
    long seed,
    OnNan onNan,
    List<Intervention> interventions)
    implements Serializable {

  /** Settings that change nothing of the pass. */
  public CollectionSettings(
      List<HookPoint> hooks, int batchTokens, PositionSelection positions, long seed, OnNan onNan) {
    this(hooks, batchTokens, positions, seed, onNan, List.of());
  }

  /** The same under changes of the pass. */
  public CollectionSettings with(List<Intervention> changes) {
    return new CollectionSettings(hooks, batchTokens, positions, seed, onNan, changes);
  }

  public CollectionSettings {
    interventions = List.copyOf(interventions);
    hooks = List.copyOf(hooks);
    if (hooks.isEmpty() || hooks.stream().distinct().count() != hooks.size()) {
      throw new IllegalArgumentException("hooks must be distinct, and at least one: " + hooks);
    }
    if (batchTokens < 1) {
      throw new IllegalArgumentException("batchTokens must be at least 1: " + batchTokens);
    }
  }
}
