package dev.microtome.stats;

import java.util.Arrays;

/**
 * Mean and spread of a value by its position in a sequence: of the losses of a corpus, for
 * instance. Kept are a count, a mean and a sum of squared deviations a position, float64, whatever
 * the number of sequences.
 *
 * <p>Parts merge to the whole but for rounding, by the pairwise update of Chan, Golub and LeVeque
 * (1979), which does not cancel; the same parts in the same order give the same bits. Not
 * thread-safe.
 */
public final class PositionMoments {
  private long[] counts = new long[0];
  private double[] means = new double[0];
  private double[] squares = new double[0];

  /**
   * Adds one value.
   *
   * @throws IllegalArgumentException if the position is negative
   */
  public void add(int position, double value) {
    merge(position, 1, value, 0);
  }

  /** Adds the values behind another. */
  public void merge(PositionMoments other) {
    for (int position = 0; position < other.counts.length; position++) {
      if (other.counts[position] > 0) {
        merge(position, other.counts[position], other.means[position], other.squares[position]);
      }
    }
  }

  /**
   * Adds values of one position that have been summed up elsewhere.
   *
   * @param count how many, at least 1
   * @param mean their mean
   * @param squares their sum of squared deviations from it
   */
  public void merge(int position, long count, double mean, double squares) {
    if (position < 0 || count < 1) {
      throw new IllegalArgumentException("%d values of position %d".formatted(count, position));
    }
    if (position >= counts.length) {
      int length = Math.max(position + 1, 2 * counts.length);
      counts = Arrays.copyOf(counts, length);
      means = Arrays.copyOf(means, length);
      this.squares = Arrays.copyOf(this.squares, length);
    }
    long total = counts[position] + count;
    double difference = mean - means[position];
    this.squares[position] +=
        squares + difference * difference * ((double) counts[position] * count / total);
    means[position] += difference * ((double) count / total);
    counts[position] = total;
  }

  /** One more than the largest position that may have a value. */
  public int positions() {
    return counts.length;
  }

  /** How many values a position has; 0 of a position without. */
  public long count(int position) {
    return position < counts.length ? counts[position] : 0;
  }

  /**
   * Mean of the values at a position.
   *
   * @throws IllegalArgumentException if there is none
   */
  public double mean(int position) {
    requireValues(position);
    return means[position];
  }

  /** Sum of squared deviations from the mean at a position: what merges, beside count and mean. */
  public double squaredDeviations(int position) {
    requireValues(position);
    return squares[position];
  }

  /**
   * Standard error of the mean at a position, s/√n with s² over n − 1; NaN of a single value, which
   * says nothing of its spread.
   */
  public double standardError(int position) {
    requireValues(position);
    long count = counts[position];
    return count == 1 ? Double.NaN : Math.sqrt(squares[position] / (count - 1.0) / count);
  }

  private void requireValues(int position) {
    if (count(position) == 0) {
      throw new IllegalArgumentException("No value at position " + position);
    }
  }
}
