package dev.microtome.probing;

import dev.microtome.table.Column;

/** A part of the activations that has rows of a hook point. */
public record ProbePartRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the part") int part,
    @Column(doc = "its activations of the hook point", unit = "rows") long rows,
    @Column(doc = "smallest sequence_id of those with a label") long firstSequence,
    @Column(doc = "largest one; less than the smallest of none") long lastSequence) {
  /** Where the ids of its labelled sequences lie. */
  public SequenceSpan sequences() {
    return new SequenceSpan(firstSequence, lastSequence);
  }
}
