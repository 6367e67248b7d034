package dev.microtome.jobs.reproduce;

import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.FeatureMetricRow;
import dev.microtome.sae.evaluation.FeatureRow;
import dev.microtome.sae.evaluation.FeatureTreeRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that the pipeline of {@code conf/monosemanticity.conf} found, read from its tables.
 *
 * @param evaluations by SAE, then by metric
 * @param matches the best feature of each dictionary and label
 * @param features of all dictionaries of the first model
 * @param metrics of all dictionaries, and of pairs of them
 * @param tree from which feature of the next smaller SAE each has split
 */
record FoundFeatures(
    Map<String, Map<String, Double>> evaluations,
    List<LabelMatch> matches,
    List<FeatureRow> features,
    List<FeatureMetricRow> metrics,
    List<FeatureTreeRow> tree,
    List<Steered> steered) {

  /** Reads the tables below a pipeline's output folder. */
  static FoundFeatures of(Path output) {
    RunTables tables = new RunTables(output);
    Map<String, Map<String, Double>> evaluations = new HashMap<>();
    for (SaeEvaluationRow row :
        tables.rows(Dictionaries.EVALUATION, "sae_evaluation", SaeEvaluationRow.class)) {
      evaluations
          .computeIfAbsent(row.sae(), unused -> new HashMap<>())
          .put(row.metric(), row.value());
    }
    List<String> dictionaries =
        Stream.concat(Dictionaries.SIZES.stream(), Stream.of(Dictionaries.NEURONS)).toList();
    return new FoundFeatures(
        evaluations,
        dictionaries.stream()
            .flatMap(
                dictionary ->
                    Dictionaries.LABELS.stream()
                        .map(
                            label ->
                                LabelMatch.of(tables, Dictionaries.FEATURES, dictionary, label)))
            .toList(),
        tables.rows(Dictionaries.FEATURES, "features", FeatureRow.class),
        tables.rows(Dictionaries.FEATURES, "feature_metrics", FeatureMetricRow.class),
        tables.rows(Dictionaries.FEATURES, "feature_tree", FeatureTreeRow.class),
        Steered.of(tables, Dictionaries.FEATURES, Dictionaries.HELD_OUT));
  }

  double evaluation(String sae, String metric) {
    return evaluations.get(sae).get(metric);
  }

  LabelMatch match(String dictionary, String label) {
    return matches.stream()
        .filter(match -> match.dictionary().equals(dictionary) && match.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  /** Median over a dictionary's features of the highest correlation with one of the other model. */
  double universality(String dictionary) {
    String other = Dictionaries.FEATURES_AGAIN + "/" + dictionary;
    return metrics.stream()
        .filter(row -> row.sae().equals(dictionary) && row.otherSae().equals(other))
        .filter(row -> row.metric().equals("universality_median"))
        .findFirst()
        .orElseThrow(() -> new InputException("No features were compared with " + other))
        .value();
  }

  /** Share of the tokens on which the median one of those that ever fire does. */
  double medianDensity(String dictionary) {
    double[] densities =
        features.stream()
            .filter(row -> row.sae().equals(dictionary) && row.fires() > 0)
            .mapToDouble(FeatureRow::density)
            .sorted()
            .toArray();
    return densities[densities.length / 2];
  }

  /** Features that fire, and whose label of highest correlation is this one with at least that. */
  long withLabel(String dictionary, String label, double correlation) {
    return features.stream()
        .filter(row -> row.sae().equals(dictionary) && row.topLabel().equals(label))
        .filter(row -> row.topLabelCorrelation() >= correlation)
        .count();
  }

  /**
   * Children of each feature of the next smaller SAE that has any: features whose directions come
   * closest to its. Of both only those that fire.
   */
  Map<Integer, Long> children(String dictionary, double cosine) {
    return tree.stream()
        .filter(row -> row.sae().equals(dictionary) && row.cosine() >= cosine)
        .filter(row -> row.fires() > 0 && row.parentFires() > 0)
        .collect(Collectors.groupingBy(FeatureTreeRow::parentFeature, Collectors.counting()));
  }

  Steered steered(String label, double strength) {
    return steered.stream()
        .filter(each -> each.label().equals(label) && each.strength() == strength)
        .findFirst()
        .orElseThrow();
  }
}
