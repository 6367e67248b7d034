package dev.microtome.sae.evaluation;

/**
 * How often each feature is in each of equally wide intervals of (0, its maximum]. Counts, so that
 * any split of the tokens merges to exactly the whole. Not thread-safe.
 */
public final class ActivationHistograms {
  private final int bins;
  private final long[] counts; // [features, bins]

  private ActivationHistograms(int bins, long[] counts) {
    this.bins = bins;
    this.counts = counts;
  }

  /** Before the first token. */
  public static ActivationHistograms of(int features, int bins) {
    return new ActivationHistograms(bins, new long[features * bins]);
  }

  static ActivationHistograms of(ActivationHistogramsRow row) {
    return new ActivationHistograms(row.bins(), Packed.longs(row.counts()));
  }

  /** Adds tokens, whose values are at most the maxima of the range. */
  public void add(SparseFeatures rows, FeatureRange range) {
    for (int entry = rows.first(); entry < rows.last(); entry++) {
      int feature = rows.feature(entry);
      counts[feature * bins + range.interval(feature, rows.value(entry), bins)]++;
    }
  }

  /** Adds the tokens behind another. */
  public void merge(ActivationHistograms other) {
    if (other.bins != bins || other.counts.length != counts.length) {
      throw new IllegalArgumentException(
          "Histograms of %d counts in %d bins, expected %d in %d"
              .formatted(other.counts.length, other.bins, counts.length, bins));
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  public int bins() {
    return bins;
  }

  /** Tokens on which a feature is in a bin. */
  public long count(int feature, int bin) {
    return counts[feature * bins + bin];
  }

  /** The same with neighbouring bins together; intervals divide the bins. */
  long count(int feature, int interval, int intervals) {
    int width = bins / intervals;
    long sum = 0;
    for (int bin = interval * width; bin < (interval + 1) * width; bin++) {
      sum += count(feature, bin);
    }
    return sum;
  }

  /** Share of a feature's fires in each bin; zeros for a dead one. */
  float[] shares(int feature) {
    double all = 0;
    for (int bin = 0; bin < bins; bin++) {
      all += count(feature, bin);
    }
    float[] shares = new float[bins];
    for (int bin = 0; bin < bins && all > 0; bin++) {
      shares[bin] = (float) (count(feature, bin) / all);
    }
    return shares;
  }

  /** The histograms, as parts of a run pass them on. */
  public ActivationHistogramsRow row(String sae) {
    return new ActivationHistogramsRow(sae, bins, Packed.of(counts));
  }
}
