package dev.microtome.sae.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What the features of a dictionary are worth together: numbers that compare dictionaries. */
public final class FeatureSummary {
  private FeatureSummary() {}

  /**
   * The features that go best with each label, by correlation.
   *
   * @param most of each label
   */
  public static List<FeatureLabelRow> byLabel(String name, FeatureFacts facts, int most) {
    List<FeatureLabelRow> rows = new ArrayList<>();
    for (TokenLabel label : facts.labels().labels()) {
      double[] correlations =
          IntStream.range(0, facts.statistics().features())
              .mapToDouble(feature -> score(feature, label, facts).correlation())
              .toArray();
      List<Integer> best =
          IntStream.range(0, correlations.length)
              .filter(feature -> facts.statistics().fires(feature) > 0)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(feature -> -correlations[feature])
                      .thenComparing(Comparator.naturalOrder()))
              .limit(most)
              .toList();
      for (int rank = 0; rank < best.size(); rank++) {
        int feature = best.get(rank);
        rows.add(FeatureLabelRow.of(name, feature, rank, score(feature, label, facts)));
      }
    }
    return rows;
  }

  private static LabelScore score(int feature, TokenLabel label, FeatureFacts facts) {
    return LabelScore.of(feature, label, facts.labels(), facts.statistics(), facts.histograms());
  }

  /**
   * Counts and, where there are labels, how well each label has a feature of its own.
   *
   * @param byLabel of {@link #byLabel}
   */
  public static List<FeatureMetricRow> metrics(
      String name, FeatureStatistics statistics, List<FeatureLabelRow> byLabel) {
    List<FeatureMetricRow> rows = new ArrayList<>();
    rows.add(new FeatureMetricRow(name, "", "features", statistics.features()));
    rows.add(
        new FeatureMetricRow(
            name,
            "",
            "alive_features",
            IntStream.range(0, statistics.features())
                .filter(feature -> statistics.fires(feature) > 0)
                .count()));
    List<FeatureLabelRow> best = byLabel.stream().filter(row -> row.rank() == 0).toList();
    if (!best.isEmpty()) {
      rows.add(mean(name, "mean_best_label_correlation", best, FeatureLabelRow::correlation));
      rows.add(mean(name, "mean_best_label_f1", best, FeatureLabelRow::f1));
      rows.add(mean(name, "mean_best_label_cut_f1", best, FeatureLabelRow::cutF1));
    }
    return rows;
  }

  private static FeatureMetricRow mean(
      String name,
      String metric,
      List<FeatureLabelRow> best,
      ToDoubleFunction<FeatureLabelRow> value) {
    return new FeatureMetricRow(
        name, "", metric, best.stream().mapToDouble(value).average().orElseThrow());
  }

  /** Universality: over features, the highest correlation with a feature of another dictionary. */
  public static final class Universality {
    private record Pair(String sae, String other) {}

    private final Map<Pair, List<Double>> best = new LinkedHashMap<>();

    /** Takes a neighbour; those that are not the closest in another dictionary do not count. */
    public void add(FeatureNeighborRow row) {
      if (row.rank() == 0
          && row.relation().equals(FeatureNeighborRow.ACTIVATION_CORRELATION)
          && !row.sae().equals(row.otherSae())) {
        best.computeIfAbsent(new Pair(row.sae(), row.otherSae()), unused -> new ArrayList<>())
            .add(row.value());
      }
    }

    /** Median, mean and count, pair by pair as they first came. */
    public List<FeatureMetricRow> metrics() {
      List<FeatureMetricRow> rows = new ArrayList<>();
      best.forEach(
          (pair, values) -> {
            double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            rows.add(row(pair, "universality_median", median(sorted)));
            rows.add(row(pair, "universality_mean", Arrays.stream(sorted).average().orElseThrow()));
            rows.add(row(pair, "universality_features", sorted.length));
          });
      return rows;
    }

    private static FeatureMetricRow row(Pair pair, String metric, double value) {
      return new FeatureMetricRow(pair.sae, pair.other, metric, value);
    }

    private static double median(double[] sorted) {
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }
}
