package dev.microtome.jobs.heads;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.TableInput;
import java.io.Serializable;
import java.util.Optional;

/**
 * One part: a checkpoint's scores, losses and sets, or the ablation of some of its heads.
 *
 * @param bos the token in front of an example
 * @param corpus the tokens table; null where there is none, for an Optional does not serialise
 * @param fromHead first head, counted through all layers; of the scores, 0
 * @param toHead one past the last; of the scores, 0
 */
record HeadsPart(
    HeadSettings settings,
    Checkpoint checkpoint,
    int bos,
    TableInput corpus,
    int fromHead,
    int toHead)
    implements Serializable {

  static HeadsPart scores(
      HeadSettings settings, Checkpoint checkpoint, int bos, Optional<TableInput> tokens) {
    return new HeadsPart(settings, checkpoint, bos, tokens.orElse(null), 0, 0);
  }

  /** The ablations of the heads from (inclusive) to (exclusive). */
  HeadsPart ablations(int from, int to) {
    return new HeadsPart(settings, checkpoint, bos, corpus, from, to);
  }

  boolean isScores() {
    return toHead == 0;
  }

  Optional<TableInput> tokens() {
    return Optional.ofNullable(corpus);
  }
}
