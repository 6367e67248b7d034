package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What a part has counted of one label; passes between stages of a run. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record LabelCountsRow(
    @Column(doc = "name of the dictionary") String sae,
    @Column(doc = "concept") String concept,
    @Column(doc = "its value") String value,
    @Column(doc = "tokens with the label") long tokens,
    @Column(doc = "of them where a feature is in an interval, [features, intervals], int64")
        byte[] hits,
    @Column(doc = "sum of each feature over them, float64") byte[] sums) {}
