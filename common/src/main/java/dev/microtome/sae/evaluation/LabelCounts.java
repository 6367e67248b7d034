package dev.microtome.sae.evaluation;

import dev.microtome.run.InputException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often each feature fires on tokens of each label, by intervals of its values, and what it
 * sums up to there. Counts merge exactly over any split of the tokens, sums but for rounding. Not
 * thread-safe.
 *
 * <p>Memory: 8 · features · (intervals + 1) bytes a label.
 */
public final class LabelCounts {
  /** More labels than that are not concepts but text. */
  static final int MOST_LABELS = 1000;

  private final int features;
  private final int intervals;
  private final Map<TokenLabel, Counts> labels = new TreeMap<>();

  /** Before the first token. */
  public LabelCounts(int features, int intervals) {
    this.features = features;
    this.intervals = intervals;
  }

  /** Of one label. */
  private static final class Counts {
    private long tokens;
    private final long[] hits; // [features, intervals]
    private final double[] sums;

    Counts(int features, int intervals) {
      hits = new long[features * intervals];
      sums = new double[features];
    }
  }

  /**
   * Adds a token.
   *
   * @param itsLabels each once
   * @param row of the features
   * @throws InputException if there are too many different labels
   */
  public void add(
      Collection<TokenLabel> itsLabels, SparseFeatures rows, int row, FeatureRange range) {
    for (TokenLabel label : itsLabels) {
      Counts counts = counts(label);
      counts.tokens++;
      for (int entry = rows.start(row); entry < rows.end(row); entry++) {
        int feature = rows.feature(entry);
        float value = rows.value(entry);
        counts.hits[feature * intervals + range.interval(feature, value, intervals)]++;
        counts.sums[feature] += value;
      }
    }
  }

  /** Adds what another part has counted of one label. */
  public void merge(LabelCountsRow row) {
    long[] hits = Packed.longs(row.hits());
    double[] sums = Packed.doubles(row.sums());
    if (hits.length != features * intervals || sums.length != features) {
      throw new IllegalArgumentException(
          "Label counts of %d features, expected %d".formatted(sums.length, features));
    }
    Counts counts = counts(new TokenLabel(row.concept(), row.value()));
    counts.tokens += row.tokens();
    for (int i = 0; i < hits.length; i++) {
      counts.hits[i] += hits[i];
    }
    for (int i = 0; i < sums.length; i++) {
      counts.sums[i] += sums[i];
    }
  }

  private Counts counts(TokenLabel label) {
    Counts counts = labels.get(label);
    if (counts == null) {
      if (labels.size() == MOST_LABELS) {
        throw new InputException(
            "labels: more than %d different ones, the last %s=%s; choose concepts with few values"
                .formatted(MOST_LABELS, label.concept(), label.value()));
      }
      counts = new Counts(features, intervals);
      labels.put(label, counts);
    }
    return counts;
  }

  /** The labels that tokens have, in order. */
  public List<TokenLabel> labels() {
    return List.copyOf(labels.keySet());
  }

  /** Tokens of a label. */
  long tokens(TokenLabel label) {
    return labels.get(label).tokens;
  }

  /** Tokens of a label on which a feature is in an interval. */
  long hits(TokenLabel label, int feature, int interval) {
    return labels.get(label).hits[feature * intervals + interval];
  }

  /** Sum of a feature over the tokens of a label. */
  double sum(TokenLabel label, int feature) {
    return labels.get(label).sums[feature];
  }

  int intervals() {
    return intervals;
  }

  /** The counts, label by label, as parts of a run pass them on. */
  public List<LabelCountsRow> rows(String sae) {
    return labels.entrySet().stream()
        .map(
            entry ->
                new LabelCountsRow(
                    sae,
                    entry.getKey().concept(),
                    entry.getKey().value(),
                    entry.getValue().tokens,
                    Packed.of(entry.getValue().hits),
                    Packed.of(entry.getValue().sums)))
        .toList();
  }
}
