package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What is read of a table whose one column is the label. */
public record ColumnLabelRow(
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "position of the token") int position,
    @Column(doc = "the label") String label) {}
