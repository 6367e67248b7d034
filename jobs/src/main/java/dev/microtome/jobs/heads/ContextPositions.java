package dev.microtome.jobs.heads;

import dev.microtome.config.ConfigException;
import dev.microtome.run.InputException;
import java.io.Serializable;

/**
 * The positions that the in-context-learning score compares, counted from 0.
 *
 * @param early less than {@code late}
 */
record ContextPositions(int early, int late) implements Serializable {
  /** Those of Olsson et al. 2022. */
  static final ContextPositions PUBLISHED = new ContextPositions(50, 500);

  /**
   * What the configuration says, and where it says nothing the published ones, or earlier ones in
   * the same ratio if sequences are shorter.
   *
   * @throws InputException if the sequences are too short for two positions
   */
  static ContextPositions of(InductionHeadsConfig config, UsedSequences used) {
    int common = used.commonLength() - 1;
    int late = config.latePosition().orElse(Math.min(PUBLISHED.late, common));
    int early = config.earlyPosition().orElse(Math.max(1, late * PUBLISHED.early / PUBLISHED.late));
    if (late <= 1) {
      throw new InputException(
          "tokens %s: half of the %d sequences used have no more than %d tokens, an in-context-learning score needs 3"
              .formatted(used.path(), used.sequences().size(), common + 1));
    }
    if (early >= late) {
      throw new ConfigException(
          "early-position",
          early,
          "must be below late-position, which is %d, the last position of half of the sequences of %s"
              .formatted(late, used.path()));
    }
    return new ContextPositions(early, late);
  }
}
