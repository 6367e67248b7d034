package dev.microtome.jobs.features;

import dev.microtome.sae.evaluation.ActivationHistogramsRow;
import dev.microtome.sae.evaluation.BrowserLineRow;
import dev.microtome.sae.evaluation.ExampleCandidateRow;
import dev.microtome.sae.evaluation.FeatureActivationsRow;
import dev.microtome.sae.evaluation.FeatureExampleRow;
import dev.microtome.sae.evaluation.FeatureLabelRow;
import dev.microtome.sae.evaluation.FeatureLogitRow;
import dev.microtome.sae.evaluation.FeatureMetricRow;
import dev.microtome.sae.evaluation.FeatureNeighborRow;
import dev.microtome.sae.evaluation.FeatureRow;
import dev.microtome.sae.evaluation.FeatureSurveyRow;
import dev.microtome.sae.evaluation.FeatureTreeRow;
import dev.microtome.sae.evaluation.LabelCountsRow;
import dev.microtome.sae.evaluation.SteeringRow;
import dev.microtome.sae.evaluation.TokenLabel;
import dev.microtome.table.TableSpec;
import java.util.List;

/** What the job writes, and what passes between its stages. */
final class FeatureTables {
  static final TableSpec<FeatureRow> FEATURES =
      TableSpec.of("features", FeatureRow.class, "One feature of an SAE, or one neuron");

  static final TableSpec<FeatureExampleRow> EXAMPLES =
      TableSpec.of(
          "feature_examples",
          FeatureExampleRow.class,
          "A token on which a feature fires, with its neighbours");

  static final TableSpec<FeatureLogitRow> LOGITS =
      TableSpec.of(
          "feature_logits",
          FeatureLogitRow.class,
          "What a feature does to a token's logit directly; written where its hook is in or before the stream");

  static final TableSpec<FeatureLabelRow> LABELS =
      TableSpec.of(
          "feature_labels",
          FeatureLabelRow.class,
          "How a feature goes with a label, the best of each feature; written where labels are given");

  static final TableSpec<FeatureLabelRow> BY_LABEL =
      TableSpec.of(
          "label_features",
          FeatureLabelRow.class,
          "How a label goes with a feature, the best of each label; written where labels are given");

  static final TableSpec<FeatureNeighborRow> NEIGHBORS =
      TableSpec.of(
          "feature_neighbors",
          FeatureNeighborRow.class,
          "A feature close to another, in the same SAE, another or among neurons");

  static final TableSpec<FeatureTreeRow> TREE =
      TableSpec.of(
          "feature_tree",
          FeatureTreeRow.class,
          "The feature of the next smaller SAE of a hook that a feature has split from");

  static final TableSpec<FeatureActivationsRow> ACTIVATIONS =
      TableSpec.of(
          "feature_activations",
          FeatureActivationsRow.class,
          "All features of a token, of random sequences");

  static final TableSpec<FeatureMetricRow> METRICS =
      TableSpec.of(
          "feature_metrics", FeatureMetricRow.class, "A number that compares SAEs and neurons");

  static final TableSpec<SteeringRow> STEERING =
      TableSpec.of(
          "steering",
          SteeringRow.class,
          "How the model continues a prompt while a feature is added; written where steer is given");

  static final TableSpec<FeatureSurveyRow> SURVEYS =
      TableSpec.of("_surveys", FeatureSurveyRow.class, "How often features fire in a part");

  static final TableSpec<ExampleCandidateRow> CANDIDATES =
      TableSpec.of("_candidates", ExampleCandidateRow.class, "An example that a part has found");

  static final TableSpec<ActivationHistogramsRow> HISTOGRAMS =
      TableSpec.of("_histograms", ActivationHistogramsRow.class, "Histograms over a part");

  static final TableSpec<LabelCountsRow> LABEL_COUNTS =
      TableSpec.of("_label_counts", LabelCountsRow.class, "What a part has counted of a label");

  static final TableSpec<TokenLabel> LABEL_NAMES =
      TableSpec.of(
          "_label_names",
          TokenLabel.class,
          "A label that a part has met; without its value where that was not asked for");

  static final TableSpec<BrowserLineRow> LINES =
      TableSpec.of("_lines", BrowserLineRow.class, "A feature in the list of the pages");

  static final List<TableSpec<?>> PUBLIC =
      List.of(
          FEATURES,
          EXAMPLES,
          LOGITS,
          LABELS,
          BY_LABEL,
          NEIGHBORS,
          TREE,
          ACTIVATIONS,
          METRICS,
          STEERING);

  private FeatureTables() {}
}
