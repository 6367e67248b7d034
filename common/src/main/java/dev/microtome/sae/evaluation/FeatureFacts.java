package dev.microtome.sae.evaluation;

/**
 * What passes over tokens have found of a dictionary's features.
 *
 * @param labels of no label where there were none
 */
public record FeatureFacts(
    FeatureStatistics statistics,
    ActivationHistograms histograms,
    ExampleSelection examples,
    LabelCounts labels) {}
