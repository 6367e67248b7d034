package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code feature_neighbors}. */
public record FeatureNeighborRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "decoder_cosine, or activation_correlation over the tokens of the sample")
        String relation,
    @Column(doc = "where the neighbour is: the same SAE, another, or neurons") String otherSae,
    @Column(doc = "index of the neighbour") int otherFeature,
    @Column(doc = "0 for the closest in that SAE") int rank,
    @Column(doc = "the cosine or correlation, above 0") double value) {
  /** Cosine of what the two add to an activation. */
  public static final String DECODER_COSINE = "decoder_cosine";

  /** Pearson's correlation of values over the tokens of the sample. */
  public static final String ACTIVATION_CORRELATION = "activation_correlation";
}
