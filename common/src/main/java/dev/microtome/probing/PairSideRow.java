package dev.microtome.probing;

import dev.microtome.table.Column;

/** One side of a pair: an activation, and what is said of it. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record PairSideRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "name of the pair") String pair,
    @Column(doc = "which side of it") String side,
    @Column(doc = "whether there is a label") boolean labelled,
    @Column(doc = "the label; empty where there is none") String label,
    @Column(doc = "the sequence") long sequenceId,
    @Column(doc = "place in the sequence") int position,
    @Column(doc = "the activation") float[] activation) {

  String place() {
    return "sequence_id %d, position %d".formatted(sequenceId, position);
  }
}
