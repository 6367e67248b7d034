package dev.microtome.jobs.reproduce;

import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.FeatureLabelRow;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The feature, or neuron, that tells best whether a token has a label.
 *
 * @param dictionary name of the SAE, or of the neurons
 * @param label concept=value
 * @param row how it goes with the label; that with the largest {@code cut_f1} of all
 */
record LabelMatch(String dictionary, String label, FeatureLabelRow row) {

  /** Whatever it fires on, and however strongly it must fire to count, if that helps it. */
  double f1() {
    return row.cutF1();
  }

  /**
   * The best of a dictionary, whose every feature is listed with every label that it fires on.
   *
   * @param step a run of sae-features with at least as many labels-per-feature as there are labels
   */
  static LabelMatch of(RunTables tables, String step, String dictionary, String label) {
    List<FeatureLabelRow> rows =
        Stream.of("feature_labels", "label_features")
            .flatMap(table -> tables.rows(step, table, FeatureLabelRow.class).stream())
            .filter(row -> row.sae().equals(dictionary))
            .filter(row -> label.equals(row.concept() + "=" + row.value()))
            .toList();
    return new LabelMatch(
        dictionary,
        label,
        rows.stream()
            .max(Comparator.comparingDouble(FeatureLabelRow::cutF1))
            .orElseThrow(
                () ->
                    new InputException(
                        "No feature of %s fires on a token with %s".formatted(dictionary, label))));
  }
}
