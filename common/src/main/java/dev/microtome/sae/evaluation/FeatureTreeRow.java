package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/**
 * A row of the table {@code feature_tree}: how features of small dictionaries split in large.
 * Features that never fire are in it too, whose directions say little.
 */
public record FeatureTreeRow(
    @Column(doc = "name of the larger SAE") String sae,
    @Column(doc = "index of its feature") int feature,
    @Column(
            doc =
                "tokens on which it fires; 0: it never does, and its direction is what training left of it")
        long fires,
    @Column(doc = "name of the next smaller SAE of the same hook") String parentSae,
    @Column(doc = "its feature with the largest decoder cosine") int parentFeature,
    @Column(doc = "tokens on which that one fires; 0: it never does, nothing has split")
        long parentFires,
    @Column(doc = "that cosine") double cosine) {}
