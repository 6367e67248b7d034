package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code feature_tree}: how features of small dictionaries split in large. */
public record FeatureTreeRow(
    @Column(doc = "name of the larger SAE") String sae,
    @Column(doc = "index of its feature") int feature,
    @Column(doc = "name of the next smaller SAE of the same hook") String parentSae,
    @Column(doc = "its feature with the largest decoder cosine") int parentFeature,
    @Column(doc = "that cosine") double cosine) {}
