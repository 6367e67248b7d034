package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code feature_metrics}. */
public record FeatureMetricRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "the SAE it is compared with; empty where a metric is of one alone")
        String otherSae,
    @Column(
            doc =
                "features; alive_features; mean_best_label_correlation, mean_best_label_f1 and mean_best_label_cut_f1: over labels, of the label's best feature;"
                    + " universality_median, universality_mean: over features, of the highest correlation with a feature of the other;"
                    + " universality_features: those that have one")
        String metric,
    @Column(doc = "its value") double value) {}
