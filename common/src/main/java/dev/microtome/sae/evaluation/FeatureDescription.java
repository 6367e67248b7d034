package dev.microtome.sae.evaluation;

import java.util.List;

/**
 * All rows about one feature.
 *
 * @param row of the table features
 * @param examples top ones, then the samples from the highest interval down
 * @param logits rising, then falling; none where the hook does not reach the logits
 * @param labels best first
 * @param neighbors by relation and dictionary, closest first
 * @param tree its parents in smaller dictionaries
 */
public record FeatureDescription(
    FeatureRow row,
    List<FeatureExampleRow> examples,
    List<FeatureLogitRow> logits,
    List<FeatureLabelRow> labels,
    List<FeatureNeighborRow> neighbors,
    List<FeatureTreeRow> tree) {
  public FeatureDescription {
    examples = List.copyOf(examples);
    logits = List.copyOf(logits);
    labels = List.copyOf(labels);
    neighbors = List.copyOf(neighbors);
    tree = List.copyOf(tree);
  }
}
