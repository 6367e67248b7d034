package dev.microtome.probing;

/**
 * How often a classifier knows the documents of one label, by group: of those held out, and how
 * many it was fitted to.
 *
 * @param firstTrain documents of the first group that it was fitted to
 * @param secondTrain of the second
 * @param firstTest documents of the first group held out
 * @param firstRight those among them that it gives the label
 * @param secondTest of the second group
 * @param secondRight those among them
 */
public record TprGap(
    long firstTrain,
    long secondTrain,
    long firstTest,
    long firstRight,
    long secondTest,
    long secondRight) {

  /** True positive rate of the first group; NaN where none of it is held out. */
  public double firstRate() {
    return (double) firstRight / firstTest;
  }

  /** True positive rate of the second group; NaN where none of it is held out. */
  public double secondRate() {
    return (double) secondRight / secondTest;
  }

  /** The first rate minus the second; NaN where one is not defined. */
  public double gap() {
    return firstRate() - secondRate();
  }

  /**
   * Interval of the gap, over what other documents held out would show (Newcombe's); NaN where it
   * is not defined.
   */
  public Interval interval() {
    return isDefined()
        ? Interval.difference(firstRate(), (double) firstTest, secondRate(), (double) secondTest)
        : new Interval(Double.NaN, Double.NaN);
  }

  /**
   * Root of the mean squared gap when the groups are permuted among the documents held out, in
   * closed form: n²·p(1 − p)/(n₁n₂(n − 1)) of n = n₁ + n₂ documents of which the share p is right,
   * the hypergeometric distribution's variance. NaN where the gap is.
   */
  public double byChance() {
    if (!isDefined()) {
      return Double.NaN;
    }
    double n = firstTest + secondTest;
    double right = (firstRight + secondRight) / n;
    return Math.sqrt(n / firstTest * n / secondTest * right * (1 - right) / (n - 1));
  }

  /** The same documents, of which others are right. */
  TprGap withRight(long first, long second) {
    return new TprGap(firstTrain, secondTrain, firstTest, first, secondTest, second);
  }

  public boolean isDefined() {
    return firstTest > 0 && secondTest > 0;
  }

  /** Share of the first group among the documents that the classifier was fitted to. */
  public double firstShare() {
    return (double) firstTrain / (firstTrain + secondTrain);
  }
}
