package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code density_histogram}. */
public record DensityHistogramRow(
    @Column(doc = "name of the SAE") String sae,
    @Column(doc = "name of the model it was put into") String model,
    @Column(doc = "address of what it rebuilds") String hook,
    @Column(doc = "layer of that hook point, from 0; -1 outside of the blocks") int layer,
    @Column(doc = "what was trained, such as topk or jumprelu") String architecture,
    @Column(doc = "lower end of the bin, inclusive") double log10DensityFrom,
    @Column(doc = "upper end, exclusive but for 0") double log10DensityTo,
    @Column(doc = "features whose density is in the bin; dead ones are in none") long features) {}
