package dev.microtome.probing;

/**
 * How often a direction knows the label of a pair.
 *
 * @param pairs that have a label
 * @param accuracy share of them that is right; NaN of none
 * @param majority share of the more frequent class among them: what a constant is right of, its
 *     sign chosen as well
 */
public record PairScore(long pairs, double accuracy, double majority) {

  /** Scores a direction on the pairs that have a label. */
  public static PairScore of(PairProbe probe, Pairs pairs) {
    int[] guesses = probe.predict(pairs);
    int[] labels = pairs.labels();
    long labelled = 0;
    long right = 0;
    long second = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= 0) {
        labelled++;
        right += guesses[i] == labels[i] ? 1 : 0;
        second += labels[i];
      }
    }
    return new PairScore(
        labelled,
        (double) right / labelled,
        (double) Math.max(second, labelled - second) / labelled);
  }

  /** Of the direction or its opposite, whichever is right more often: the paper's. */
  public double eitherSign() {
    return Math.max(accuracy, 1 - accuracy);
  }

  /** Wilson's interval of the accuracy at 95 %. */
  public Interval interval() {
    return Interval.wilson(accuracy, (double) pairs);
  }
}
