package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code steering}. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record SteeringRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "label that chose the feature, concept=value; empty where its index was given")
        String label,
    @Column(doc = "what is added, in multiples of the feature's largest value; 0: nothing")
        double strength,
    @Column(doc = "index of the prompt") int promptIndex,
    @Column(doc = "text of the prompt") String prompt,
    @Column(doc = "what the model says next") String continuation,
    @Column(doc = "tokens of the continuation") int[] tokens) {}
