package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code feature_logits}. */
public record FeatureLogitRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "0 for the strongest of its sign") int rank,
    @Column(doc = "1 for the tokens whose logits rise most, -1 for those that fall most") int sign,
    @Column(doc = "id of the token") int tokenId,
    @Column(doc = "the token as the vocabulary spells it") String token,
    @Column(
            doc =
                "what a unit of the feature adds to the token's logit directly, minus the mean over the vocabulary; the final norm's"
                    + " division is left out")
        double value) {}
