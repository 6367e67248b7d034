package dev.microtome.probing;

/** An interval at 95 %. */
public record Interval(double low, double high) {
  /** The normal distribution's 97.5 % point. */
  private static final double Z = 1.959963984540054;

  /**
   * Wilson's interval of a share.
   *
   * @param trials how many it is the share of; a number of effective ones need not be whole
   */
  public static Interval wilson(double share, double trials) {
    double spread =
        Z
            / (1 + Z * Z / trials)
            * Math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials));
    double middle = (share + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
    return new Interval(Math.max(0, middle - spread), Math.min(1, middle + spread));
  }

  /**
   * Newcombe's interval (1998, method 10) of the difference of two shares, the first minus the
   * second: each end as far as those of Wilson's intervals say together. Unlike that of the normal
   * distribution it has a width where all of a few are right.
   */
  public static Interval difference(
      double first, double firstTrials, double second, double secondTrials) {
    Interval ofFirst = wilson(first, firstTrials);
    Interval ofSecond = wilson(second, secondTrials);
    double gap = first - second;
    return new Interval(
        gap - Math.hypot(first - ofFirst.low(), ofSecond.high() - second),
        gap + Math.hypot(ofFirst.high() - first, second - ofSecond.low()));
  }

  /**
   * Fisher's interval of a correlation: normal in its inverse hyperbolic tangent.
   *
   * @param pairs how many it is of; of fewer than four there is none, but NaN
   */
  public static Interval correlation(double value, long pairs) {
    if (pairs < 4) {
      return new Interval(Double.NaN, Double.NaN);
    }
    double rounded = Math.max(-1, Math.min(1, value)); // 1 + 2e-16 of points on a line
    double middle = 0.5 * Math.log((1 + rounded) / (1 - rounded));
    double spread = Z / Math.sqrt(pairs - 3.0);
    return new Interval(Math.tanh(middle - spread), Math.tanh(middle + spread));
  }
}
