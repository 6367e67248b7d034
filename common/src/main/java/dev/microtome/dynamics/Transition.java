package dev.microtome.dynamics;

import dev.microtome.run.InputException;

/**
 * How a metric of a series of checkpoints went from one level to another, on a logarithmic axis of
 * training steps.
 *
 * <p>A crossing is the first step at which a share of the whole change is reached, interpolated
 * between checkpoints linearly in the logarithm of the step. Checkpoints at step 0 have no place on
 * that axis and are left out.
 *
 * @param before the metric at the first checkpoint after step 0
 * @param after the metric at the last checkpoint
 * @param start step at which a tenth of the change was reached
 * @param middle step at which half of it was
 * @param end step at which nine tenths were
 */
public record Transition(double before, double after, double start, double middle, double end) {

  /**
   * The transition of one metric.
   *
   * @param steps increasing
   * @param values of the metric, as many as there are steps
   * @throws InputException if fewer than two checkpoints lie after step 0, a value is not finite,
   *     or the first of them equals the last
   */
  public static Transition of(long[] steps, double[] values) {
    if (steps.length != values.length) {
      throw new IllegalArgumentException(
          "%d steps and %d values".formatted(steps.length, values.length));
    }
    int first = 0;
    while (first < steps.length && steps[first] <= 0) {
      first++;
    }
    if (steps.length - first < 2) {
      throw new InputException(
          "a transition needs two checkpoints after step 0, there are %d"
              .formatted(steps.length - first));
    }
    double before = values[first];
    double after = values[values.length - 1];
    for (int i = first; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new InputException(
            "a transition needs finite values, at step %d it is %s".formatted(steps[i], values[i]));
      }
    }
    if (before == after) {
      throw new InputException(
          "no transition: %s at step %d and at step %d"
              .formatted(before, steps[first], steps[steps.length - 1]));
    }
    double[] shares = new double[values.length - first];
    long[] after0 = new long[shares.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = (values[first + i] - before) / (after - before);
      after0[i] = steps[first + i];
    }
    return new Transition(
        before,
        after,
        crossing(after0, shares, 0.1),
        crossing(after0, shares, 0.5),
        crossing(after0, shares, 0.9));
  }

  /** Shares begin at 0 and end at 1, so that each lies between two of them. */
  private static double crossing(long[] steps, double[] shares, double share) {
    int at = 1;
    while (shares[at] < share) {
      at++;
    }
    double part = (share - shares[at - 1]) / (shares[at] - shares[at - 1]);
    double from = Math.log((double) steps[at - 1]);
    return Math.exp(from + part * (Math.log((double) steps[at]) - from));
  }
}
