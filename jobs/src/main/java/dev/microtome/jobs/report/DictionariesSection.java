package dev.microtome.jobs.report;

import dev.microtome.sae.evaluation.DensityHistogramRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import dev.microtome.sae.evaluation.SaeMetric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What sparse autoencoders lose, and how often their features fire. */
final class DictionariesSection implements Section {
  /** An SAE and its metrics by their names. */
  private record Dictionary(String name, String hook, Map<String, Double> metrics) {
    double metric(SaeMetric metric) {
      return metrics.getOrDefault(metric.label(), Double.NaN);
    }
  }

  @Override
  public String id() {
    return "saes";
  }

  @Override
  public String heading() {
    return "Sparse autoencoders";
  }

  @Override
  public boolean given(ReportTables tables) {
    return tables.has("sae_evaluation");
  }

  @Override
  public String write(Tag into, ReportTables tables) throws IOException {
    into.add(
        "p",
        "A layer does more things than it has neurons. A sparse autoencoder writes its activations as"
            + " sums of few features out of many (Bricken et al. 2023). Put into the model in the"
            + " layer's place it must keep what the model makes of them: the share of the loss that is"
            + " recovered, where zeros in its place lose all.");
    List<Dictionary> dictionaries = dictionaries(tables);
    Tag figures = into.add("div").with("class", "figures");
    frontier(figures, dictionaries);
    densities(figures, tables);
    Grid grid =
        new Grid(
            into,
            "An autoencoder in the model (sae_evaluation)",
            List.of(
                "Autoencoder",
                "Hook",
                "Features a token (L0)",
                "Explained variance",
                "Loss recovered",
                "Never fire"));
    for (Dictionary each : dictionaries) {
      grid.row(
          each.name(),
          each.hook(),
          Numbers.decimal(each.metric(SaeMetric.L0), 1),
          Numbers.percent(each.metric(SaeMetric.EXPLAINED_VARIANCE), 1),
          Numbers.percent(each.metric(SaeMetric.LOSS_RECOVERED), 1),
          Numbers.percent(each.metric(SaeMetric.DEAD_FRACTION), 1));
    }
    return dictionaries.stream()
        .max(Comparator.comparingDouble(each -> leastIfNone(each.metric(SaeMetric.LOSS_RECOVERED))))
        .map(
            best ->
                "With %s features a token in place of %s (%s) %s of its part in the loss is recovered and %s of the variance explained."
                    .formatted(
                        Numbers.decimal(best.metric(SaeMetric.L0), 1).replaceFirst("\\.0$", ""),
                        best.hook(),
                        best.name(),
                        Numbers.percent(best.metric(SaeMetric.LOSS_RECOVERED), 1),
                        Numbers.percent(best.metric(SaeMetric.EXPLAINED_VARIANCE), 1)))
        .orElseThrow();
  }

  /** A comparison has NaN above all numbers. */
  private static double leastIfNone(double value) {
    return Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value;
  }

  private static List<Dictionary> dictionaries(ReportTables tables) throws IOException {
    Map<String, Dictionary> found = new LinkedHashMap<>();
    for (SaeEvaluationRow row : tables.rows("sae_evaluation", SaeEvaluationRow.class)) {
      found
          .computeIfAbsent(
              row.sae(), name -> new Dictionary(name, row.hook(), new LinkedHashMap<>()))
          .metrics()
          .put(row.metric(), row.value());
    }
    return found.values().stream()
        .sorted(Comparator.comparingDouble(each -> each.metric(SaeMetric.L0)))
        .toList();
  }

  private static void frontier(Tag into, List<Dictionary> dictionaries) throws IOException {
    List<Chart.Mark> marks = new ArrayList<>();
    for (SaeMetric metric : List.of(SaeMetric.EXPLAINED_VARIANCE, SaeMetric.LOSS_RECOVERED)) {
      for (Dictionary each : dictionaries) {
        marks.add(
            new Chart.Mark(
                metric.label().replace('_', ' '), each.metric(SaeMetric.L0), each.metric(metric)));
      }
    }
    Svg.draw(
        into,
        new Chart("features a token (L0)", "share").points(marks, 4.5),
        "frontier",
        "What is kept by how many features: a dot is an autoencoder.",
        "Explained variance and loss recovered of %d autoencoders by L0; the table has the numbers"
            .formatted(dictionaries.size()));
  }

  private static void densities(Tag into, ReportTables tables) throws IOException {
    if (!tables.has("density_histogram")) {
      return;
    }
    List<Chart.Mark> marks = new ArrayList<>();
    for (DensityHistogramRow row : tables.rows("density_histogram", DensityHistogramRow.class)) {
      marks.add(new Chart.Mark(row.sae(), row.log10DensityFrom(), row.features()));
      marks.add(new Chart.Mark(row.sae(), row.log10DensityTo(), row.features()));
    }
    Svg.draw(
        into,
        new Chart("log10 of the share of tokens", "features").lines(marks),
        "densities",
        "On which share of the tokens features fire (density_histogram); those that never do are in no"
            + " bin.",
        "Histogram of the densities of features, by autoencoder");
  }
}
