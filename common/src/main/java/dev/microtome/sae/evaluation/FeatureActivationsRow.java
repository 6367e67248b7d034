package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code feature_activations}: all features of one token of the sample. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record FeatureActivationsRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "position of the token") int position,
    @Column(doc = "the token") int tokenId,
    @Column(doc = "features above 0, ascending") int[] features,
    @Column(doc = "their values") float[] activations) {}
