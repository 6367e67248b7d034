package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What a part adds to the histograms of a dictionary's features; passes between stages. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record ActivationHistogramsRow(
    @Column(doc = "name of the dictionary") String sae,
    @Column(doc = "bins of a feature") int bins,
    @Column(doc = "counts [features, bins], int64") byte[] counts) {
  /** The histograms as an accumulator again. */
  public ActivationHistograms histograms() {
    return ActivationHistograms.of(this);
  }
}
