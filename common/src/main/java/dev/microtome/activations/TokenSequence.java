package dev.microtome.activations;

import dev.microtome.table.Column;

/** What a model needs of a row of the tokens table. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record TokenSequence(
    @Column(doc = "identifies the sequence") long sequenceId,
    @Column(doc = "token ids in order") int[] tokens) {}
