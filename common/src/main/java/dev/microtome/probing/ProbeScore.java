package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import java.util.HashMap;
import java.util.Map;

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
  /** The normal distribution's 97.5 % point. */
  private static final double Z = 1.959963984540054;

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
    Matrix logs = probe.logProbabilities(x);
    int n = labels.length;
    int classes = probe.classes();
    long total = 0;
    int majority = 0;
    for (int i = 0; i < classes; i++) {
      total += fitted[i];
      majority = fitted[i] > fitted[majority] ? i : majority;
    }
    long[][] confusion = new long[classes][classes];
    boolean[] right = new boolean[n];
    long hits = 0;
    long majorityHits = 0;
    long known = 0;
    double loss = 0;
    double baseline = 0;
    for (int row = 0; row < n; row++) {
      int label = labels[row];
      int guess = ClassProbe.largest(logs, row);
      confusion[guess][label]++;
      right[row] = guess == label;
      hits += right[row] ? 1 : 0;
      majorityHits += label == majority ? 1 : 0;
      if (fitted[label] > 0) {
        known++;
        loss -= logs.at(row, label);
        baseline -= Math.log((double) fitted[label] / total);
      }
    }
    double accuracy = (double) hits / n;
    double effective = effectiveRows(right, sequences, accuracy);
    double spread =
        Z
            / (1 + Z * Z / effective)
            * Math.sqrt(
                accuracy * (1 - accuracy) / effective + Z * Z / (4 * effective * effective));
    double middle = (accuracy + Z * Z / (2 * effective)) / (1 + Z * Z / effective);
    return new ProbeScore(
        n,
        effective,
        accuracy,
        Math.max(0, middle - spread),
        Math.min(1, middle + spread),
        (double) majorityHits / n,
        loss / known,
        baseline / known,
        information(confusion, n));
  }

  private static double effectiveRows(boolean[] right, long[] sequences, double accuracy) {
    Map<Long, Double> bySequence = new HashMap<>();
    for (int row = 0; row < right.length; row++) {
      bySequence.merge(sequences[row], (right[row] ? 1 : 0) - accuracy, Double::sum);
    }
    double binomial = right.length * accuracy * (1 - accuracy);
    if (binomial == 0) {
      return bySequence.size();
    }
    double variance = bySequence.values().stream().mapToDouble(sum -> sum * sum).sum();
    return right.length / Math.max(1, variance / binomial);
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
