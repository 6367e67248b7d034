package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What is known of one feature of an SAE, or of a neuron. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record FeatureRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "address of what the feature is a part of") String hook,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "share of the tokens on which it is above 0") double density,
    @Column(doc = "those tokens") long fires,
    @Column(doc = "its mean over those tokens; 0 if there are none") double meanActivation,
    @Column(doc = "its largest value") float maxActivation,
    @Column(doc = "share of its fires in equal intervals of (0, the largest value]")
        float[] histogram,
    @Column(
            doc =
                "loss without the feature minus loss with it, summed over the predictions of sample sequences and divided by the"
                    + " tokens on which it fires there; NaN where it was not measured",
            unit = "nats")
        double ablationEffect,
    @Column(doc = "tokens on which the ablation was measured") long ablationTokens,
    @Column(doc = "the label of highest correlation, concept=value; empty where none is above 0")
        String topLabel,
    @Column(doc = "that correlation; NaN where no label has one above 0")
        double topLabelCorrelation,
    @Column(doc = "the cosine of the nearest other direction of the SAE; NaN without one")
        double nearestCosine,
    @Column(
            doc =
                "the highest correlation with another feature of the SAE, over the sample; NaN without one")
        double nearestCorrelation) {}
