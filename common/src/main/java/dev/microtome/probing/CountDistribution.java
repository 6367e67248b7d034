package dev.microtome.probing;

import java.util.function.LongToDoubleFunction;

/**
 * The distribution of a count, drawn from by its inverse: a uniform number gives the count at which
 * the distribution function passes it. Holds a number for each possible count.
 */
final class CountDistribution {
  private final long lowest;
  private final double[] cumulative; // up to a factor, of lowest, lowest + 1, …

  private CountDistribution(long lowest, double[] cumulative) {
    this.lowest = lowest;
    this.cumulative = cumulative;
  }

  /** Those of {@code trials} that are right, each with probability right / trials. */
  static CountDistribution binomial(long trials, long right) {
    requireShare("right", right, trials);
    if (right == 0 || right == trials) {
      return new CountDistribution(right, new double[] {1});
    }
    double odds = (double) right / (trials - right);
    return of(0, trials, right, count -> (trials - count) / (count + 1.0) * odds);
  }

  /**
   * Those marked among {@code drawn} that are drawn without replacement.
   *
   * @param marked how many of {@code all} are
   */
  static CountDistribution hypergeometric(long drawn, long marked, long all) {
    requireShare("drawn", drawn, all);
    requireShare("marked", marked, all);
    long unmarked = all - marked;
    return of(
        Math.max(0, drawn - unmarked),
        Math.min(drawn, marked),
        (long) ((drawn + 1.0) * (marked + 1.0) / (all + 2.0)),
        count ->
            (double) (marked - count)
                / (count + 1)
                * (drawn - count)
                / (unmarked - drawn + count + 1));
  }

  private static void requireShare(String what, long part, long all) {
    if (part < 0 || part > all) {
      throw new IllegalArgumentException("%d %s of %d".formatted(part, what, all));
    }
  }

  /**
   * From the mode outwards, where probabilities fall to 0 without harm; factorials would overflow.
   *
   * @param ratio of the probability of the next count to that of a count
   */
  private static CountDistribution of(
      long lowest, long highest, long mode, LongToDoubleFunction ratio) {
    double[] weights = new double[Math.toIntExact(highest - lowest + 1)];
    int middle = Math.toIntExact(Math.min(highest, Math.max(lowest, mode)) - lowest);
    weights[middle] = 1;
    for (int i = middle + 1; i < weights.length; i++) {
      weights[i] = weights[i - 1] * ratio.applyAsDouble(lowest + i - 1);
    }
    for (int i = middle - 1; i >= 0; i--) {
      weights[i] = weights[i + 1] / ratio.applyAsDouble(lowest + i);
    }
    for (int i = 1; i < weights.length; i++) {
      weights[i] += weights[i - 1];
    }
    return new CountDistribution(lowest, weights);
  }

  /**
   * The smallest count whose distribution function is above a number.
   *
   * @param uniform from 0 up to below 1
   */
  long at(double uniform) {
    double target = uniform * cumulative[cumulative.length - 1];
    int low = 0;
    int high = cumulative.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulative[middle] > target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return lowest + low;
  }
}
