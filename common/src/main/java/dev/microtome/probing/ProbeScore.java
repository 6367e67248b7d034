package dev.microtome.probing;

import dev.microtome.linalg.Matrix;

/**
 * What a probe is worth on rows that it was not fitted to.
 *
 * <p>The interval is Wilson's at 95 %, over the effective number of rows: rows of a sequence are
 * right or wrong together, and what that adds to the variance of the accuracy (the design effect,
 * never below 1) divides their number. Where all rows are right, or all wrong, the sequences are
 * counted.
 *
 * @param rows n
 * @param effectiveRows n over the design effect
 * @param accuracy share of the rows whose most probable class is theirs
 * @param low lower end of the interval
 * @param high upper end
 * @param majority accuracy of always saying the class that was most frequent in the fit
 * @param crossEntropyNats mean −log p of the rows whose class was there in the fit
 * @param baselineNats the same of the classes' shares in the fit: what a constant can do
 * @param guessNats I(guess; class) of the rows, plug-in: what the probe's guess says of the class.
 *     A lower bound for the information in the activations, but for the sample's bias upwards of
 *     about (C − 1)²/2n
 */
public record ProbeScore(
    long rows,
    double effectiveRows,
    double accuracy,
    double low,
    double high,
    double majority,
    double crossEntropyNats,
    double baselineNats,
    double guessNats) {
  /**
   * Scores a probe.
   *
   * @param x [n, d], at least one row
   * @param labels a class for each row
   * @param sequences of the rows
   * @param fitted how many rows of each class the probe was fitted to
   */
  public static ProbeScore of(
      ClassProbe probe, ProbeRows x, int[] labels, long[] sequences, long[] fitted) {
    if (x.rows() == 0 || labels.length != x.rows() || sequences.length != x.rows()) {
      throw new IllegalArgumentException(
          "%d labels of %d sequences for %d activation rows"
              .formatted(labels.length, sequences.length, x.rows()));
    }
    PassSums.Sum sum = new PassSums.Sum(probe.classes() * probe.classes() + 1);
    add(probe, x, labels, sequences, fitted, sum);
    return of(sum, fitted);
  }

  /** Adds guesses by classes, [C, C], Σ −log p of rows whose class was there, and right rows. */
  static void add(
      ClassProbe probe,
      ProbeRows x,
      int[] labels,
      long[] sequences,
      long[] fitted,
      PassSums.Sum sum) {
    Matrix logs = probe.logProbabilities(x);
    int classes = probe.classes();
    double[] numbers = sum.numbers();
    for (int row = 0; row < labels.length; row++) {
      int label = labels[row];
      int guess = ClassProbe.largest(logs, row);
      numbers[guess * classes + label]++;
      sum.hits().add(sequences[row], 1, guess == label ? 1 : 0);
      if (fitted[label] > 0) {
        numbers[classes * classes] -= logs.at(row, label);
      }
    }
  }

  /** The score of rows that were added. */
  static ProbeScore of(PassSums.Sum sum, long[] fitted) {
    int classes = fitted.length;
    long[][] confusion = new long[classes][classes];
    long[] ofClass = new long[classes];
    long total = 0;
    int majority = 0;
    for (int i = 0; i < classes; i++) {
      total += fitted[i];
      majority = fitted[i] > fitted[majority] ? i : majority;
      for (int j = 0; j < classes; j++) {
        confusion[i][j] = (long) sum.numbers()[i * classes + j];
        ofClass[j] += confusion[i][j];
      }
    }
    long n = 0;
    long hits = 0;
    long known = 0;
    double baseline = 0;
    for (int i = 0; i < classes; i++) {
      n += ofClass[i];
      hits += confusion[i][i];
      if (fitted[i] > 0) {
        known += ofClass[i];
        baseline -= ofClass[i] * Math.log((double) fitted[i] / total);
      }
    }
    double accuracy = (double) hits / n;
    double effective = sum.hits().effectiveRows();
    Interval interval = Interval.wilson(accuracy, effective);
    return new ProbeScore(
        n,
        effective,
        accuracy,
        interval.low(),
        interval.high(),
        (double) ofClass[majority] / n,
        sum.numbers()[classes * classes] / known,
        baseline / known,
        information(confusion, (double) n));
  }

  private static double information(long[][] counts, double n) {
    double[] columns = new double[counts.length];
    double[] rows = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        rows[i] += counts[i][j];
        columns[j] += counts[i][j];
      }
    }
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        if (counts[i][j] > 0) {
          sum += counts[i][j] / n * Math.log(counts[i][j] * n / (rows[i] * columns[j]));
        }
      }
    }
    return Math.max(0, sum);
  }
}
