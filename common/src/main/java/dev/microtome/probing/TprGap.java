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

  public boolean isDefined() {
    return firstTest > 0 && secondTest > 0;
  }

  /** Share of the first group among the documents that the classifier was fitted to. */
  public double firstShare() {
    return (double) firstTrain / (firstTrain + secondTrain);
  }
}
