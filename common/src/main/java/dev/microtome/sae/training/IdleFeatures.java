package dev.microtome.sae.training;

import java.util.Arrays;
import java.util.stream.IntStream;

/** How long each feature has not fired, and so which are dead. */
final class IdleFeatures {
  /** Steps without a token that it fired on. */
  private final int[] idle;

  private final long deadAfterTokens;

  IdleFeatures(int features, long deadAfterTokens) {
    idle = new int[features];
    this.deadAfterTokens = deadAfterTokens;
  }

  /**
   * One step more.
   *
   * @param fired 1 where a feature fired on a token of the batch
   */
  void add(int[] fired) {
    for (int i = 0; i < idle.length; i++) {
      idle[i] = fired[i] != 0 ? 0 : idle[i] + 1;
    }
  }

  /** Which features are dead, where a step has so many tokens. */
  boolean[] dead(int batchRows) {
    boolean[] dead = new boolean[idle.length];
    for (int i = 0; i < idle.length; i++) {
      dead[i] = (long) idle[i] * batchRows >= deadAfterTokens;
    }
    return dead;
  }

  /** The features that have not fired over so many steps, ascending. */
  int[] deadAfterSteps(long steps) {
    return IntStream.range(0, idle.length).filter(i -> idle[i] >= steps).toArray();
  }

  /** Counts features as firing now. */
  void wake(int[] features) {
    for (int feature : features) {
      idle[feature] = 0;
    }
  }

  double deadFraction(int batchRows) {
    return (double)
            Arrays.stream(idle).filter(steps -> (long) steps * batchRows >= deadAfterTokens).count()
        / idle.length;
  }

  /** Steps without firing, of each feature: not a copy. */
  int[] idle() {
    return idle;
  }
}
