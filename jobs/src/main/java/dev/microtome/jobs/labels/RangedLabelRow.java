package dev.microtome.jobs.labels;

import dev.microtome.table.Column;
import java.util.List;

/** A label in the file of its range of sequences. */
record RangedLabelRow(
    @Column(doc = "the sequence") long sequenceId,
    @Column(doc = "place in the sequence") int position,
    @Column(doc = "the token there; -1 where the table of labels does not say it") int tokenId,
    @Column(doc = "index of the concept among those asked for") int concept,
    @Column(doc = "a value for each column of the concept") List<String> values) {}
