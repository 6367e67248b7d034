package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a running pass still has to read and change, seen from one block or from outside of them.
 * Components ask {@link #at} whether anything happens at a site, and only then take the path on
 * which the value exists.
 */
final class Taps {

  /**
   * Ends a pass whose last read has been served, from however deep inside a component. A signal,
   * not a failure: it has no stack trace and never leaves {@link HookedTransformer}.
   */
  static final class PassComplete extends RuntimeException {
    private static final long serialVersionUID = 1;

    private PassComplete() {
      super("pass complete", null, false, false);
    }
  }

  private static final class State {
    private final TokenBatch batch;
    private final HookPoints points;
    private final ActivationCache cache;
    private final Set<HookPoint> reads;
    private final Set<HookPoint> unread;
    private final Map<HookPoint, List<Intervention>> interventions = new HashMap<>();
    private final Map<String, ActivationCache> sources;

    private State(TokenBatch batch, HookPoints points, ForwardPass pass, ActivationCache cache) {
      this.batch = batch;
      this.points = points;
      this.cache = cache;
      this.reads = pass.reads();
      this.unread = new HashSet<>(reads);
      this.sources = pass.sources();
      for (Intervention intervention : pass.interventions()) {
        interventions
            .computeIfAbsent(intervention.hook(), hook -> new ArrayList<>())
            .add(intervention);
      }
    }
  }

  private final State state;
  private final int layer;

  private Taps(State state, int layer) {
    this.state = state;
    this.layer = layer;
  }

  static Taps of(TokenBatch batch, HookPoints points, ForwardPass pass, ActivationCache cache) {
    return new Taps(new State(batch, points, pass, cache), -1);
  }

  /** The same taps for the sites of one block. */
  Taps inBlock(int index) {
    return new Taps(state, index);
  }

  /**
   * Whether any of these sites is read or changed. The answer stays the same for the whole pass: a
   * read that has been served is still kept by its cache and must not be written over.
   */
  boolean at(HookSite... sites) {
    for (HookSite site : sites) {
      HookPoint point = new HookPoint(layer, site);
      if (state.reads.contains(point) || state.interventions.containsKey(point)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Changes and keeps what was asked for at a site. The memory of the result must not be written to
   * afterwards if {@link #at} the site holds.
   *
   * @param manager of the result, where it is another array than {@code value}
   */
  NDArray pass(NDManager manager, HookSite site, NDArray value) {
    HookPoint point = new HookPoint(layer, site);
    NDArray result = value;
    for (Intervention intervention : state.interventions.getOrDefault(point, List.of())) {
      result =
          new Interventions(state.batch, state.points.shape(point).kind(), state.sources)
              .apply(manager, intervention, result);
    }
    if (state.unread.remove(point)) {
      state.cache.put(point, result);
      if (state.unread.isEmpty()) {
        throw new PassComplete();
      }
    }
    return result;
  }
}
