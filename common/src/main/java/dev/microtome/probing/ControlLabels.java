package dev.microtome.probing;

import dev.microtome.stats.Seeds;

/**
 * Labels that say nothing but which token it is: each token id has one class, drawn once from the
 * classes' shares. What a probe scores on them it has by remembering; its accuracy on true labels
 * minus that is its selectivity.
 *
 * @see <a href="https://arxiv.org/abs/1909.03368">Hewitt and Liang 2019, Designing and Interpreting
 *     Probes with Control Tasks</a>
 */
public final class ControlLabels {
  private ControlLabels() {}

  /**
   * The class of each token.
   *
   * @param counts rows of each true class, whose shares are drawn from
   */
  public static int[] of(int[] tokens, long[] counts, long seed) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    if (total < 1) {
      throw new IllegalArgumentException("Control labels of no rows");
    }
    int[] labels = new int[tokens.length];
    for (int i = 0; i < labels.length; i++) {
      long place = Long.remainderUnsigned(Seeds.of(seed, "control", tokens[i]), total);
      while (place >= counts[labels[i]]) {
        place -= counts[labels[i]];
        labels[i]++;
      }
    }
    return labels;
  }
}
