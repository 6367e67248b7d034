package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.List;

/**
 * Losses of the same tokens under several variants of a model, the unchanged one first: mean losses
 * a token and a byte with standard errors, and their differences from the first's.
 *
 * <p>Kept are the moments of the sequences' sums (tokens, bytes, a loss for each variant), float64.
 * A loss a token is the ratio L/N of two sums over S sequences; its standard error is √(S/(S −
 * 1)·Σ(l − m·n)²)/N with m = L/N, for tokens of one sequence are no independent draws. The
 * difference of two variants has that of the sequences' differences, which is far smaller than
 * those of the losses. Parts merge to the whole but for rounding; the same parts in the same order
 * give the same bits. Not thread-safe.
 */
public final class ScrubbingLosses {
  private static final int TOKENS = 0;
  private static final int BYTES = 1;
  private static final int LOSSES = 2;

  private final List<String> variants;
  private final Moments sums;
  private long tokens;
  private long bytes;

  private ScrubbingLosses(List<String> variants, Moments sums, long tokens, long bytes) {
    this.variants = List.copyOf(variants);
    this.sums = sums;
    this.tokens = tokens;
    this.bytes = bytes;
  }

  /**
   * Losses of no sequence.
   *
   * @param variants their names, the unchanged model's first
   */
  public static ScrubbingLosses of(List<String> variants) {
    return new ScrubbingLosses(variants, Moments.ofColumns(LOSSES + variants.size()), 0, 0);
  }

  /** What {@link #row} holds. */
  public static ScrubbingLosses of(List<String> variants, ScrubbingSumsRow row) {
    return new ScrubbingLosses(
        variants,
        Moments.of(row.sequences(), row.mean(), row.scatter()),
        row.tokens(),
        row.bytes());
  }

  /**
   * Adds a sequence; one without a predicted token says nothing.
   *
   * @param textBytes of the predicted tokens; 0 where unknown
   * @param losses under each variant, of the same tokens, in nats
   */
  public void add(long textBytes, List<float[]> losses) {
    if (losses.size() != variants.size()) {
      throw new IllegalArgumentException(
          "Losses of %d variants, expected %d".formatted(losses.size(), variants.size()));
    }
    int predicted = losses.get(0).length;
    if (predicted == 0) {
      return;
    }
    double[] row = new double[LOSSES + variants.size()];
    row[TOKENS] = predicted;
    row[BYTES] = textBytes;
    for (int variant = 0; variant < variants.size(); variant++) {
      if (losses.get(variant).length != predicted) {
        throw new IllegalArgumentException(
            "%d losses under '%s', expected %d"
                .formatted(losses.get(variant).length, variants.get(variant), predicted));
      }
      for (float loss : losses.get(variant)) {
        row[LOSSES + variant] += loss;
      }
    }
    sums.add(row);
    tokens += predicted;
    bytes += textBytes;
  }

  /** Adds the sequences behind another, which come after this one's. */
  public void merge(ScrubbingLosses other) {
    sums.merge(other.sums);
    tokens += other.tokens;
    bytes += other.bytes;
  }

  /** What has been added, to be merged with other parts. */
  public ScrubbingSumsRow row() {
    return new ScrubbingSumsRow(sums.count(), tokens, bytes, sums.meanBytes(), sums.scatterBytes());
  }

  /**
   * A row for each variant.
   *
   * @throws IllegalArgumentException if no token was predicted
   */
  public List<ScrubbingLossRow> rows(String concept) {
    if (tokens == 0) {
      throw new IllegalArgumentException("No token was predicted");
    }
    Statistics statistics = new Statistics();
    List<ScrubbingLossRow> rows = new ArrayList<>();
    double original = statistics.loss(0) / tokens;
    for (int variant = 0; variant < variants.size(); variant++) {
      double loss = statistics.loss(variant);
      double nats = loss / tokens;
      double bits = bytes == 0 ? Double.NaN : loss / bytes / Math.log(2);
      double[] byTokens = statistics.column(LOSSES + variant, 1);
      byTokens[TOKENS] = -nats;
      double[] byBytes = statistics.column(LOSSES + variant, 1 / Math.log(2));
      byBytes[BYTES] = -bits;
      double[] difference = statistics.column(LOSSES + variant, 1);
      difference[LOSSES] -= 1;
      difference[TOKENS] = original - nats;
      rows.add(
          new ScrubbingLossRow(
              variants.get(variant),
              concept,
              sums.count(),
              tokens,
              bytes,
              nats,
              statistics.error(byTokens, tokens),
              nats / Math.log(2),
              bits,
              bytes == 0 ? Double.NaN : statistics.error(byBytes, bytes),
              nats - original,
              statistics.error(difference, tokens)));
    }
    return rows;
  }

  /** The moments, taken out once. */
  private final class Statistics {
    private final double[] mean = sums.mean();
    private final Matrix scatter = sums.scatter(0, mean.length, 0, mean.length);

    double loss(int variant) {
      return mean[LOSSES + variant] * sums.count();
    }

    /** A combination of one column. */
    double[] column(int index, double factor) {
      double[] combination = new double[mean.length];
      combination[index] = factor;
      return combination;
    }

    /**
     * Standard error of a ratio whose residuals are this combination of a sequence's columns; NaN
     * of one sequence.
     */
    double error(double[] combination, long denominator) {
      long count = sums.count();
      if (count < 2) {
        return Double.NaN;
      }
      Matrix row = Matrix.of(1, combination.length, combination);
      double squares = row.times(scatter).timesTranspose(row).at(0, 0);
      // Rounding can leave a sum of squares slightly below 0.
      return Math.sqrt(Math.max(0, squares) * count / (count - 1)) / denominator;
    }
  }
}
