package dev.microtome.jobs.scrubbing;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point to fit.
 *
 * @param place among the hook points
 * @param moments for the concept, then for each random subspace, files of the relay in the order of
 *     the rows behind them
 */
record HookPart(int place, List<List<String>> moments) implements Serializable {
  HookPart {
    moments = moments.stream().map(List::copyOf).toList();
  }
}
