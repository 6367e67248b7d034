package dev.microtome.probing;

import dev.microtome.table.Column;

/** A part of the activations that has rows of a hook point. */
public record ProbePartRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the part") int part,
    @Column(doc = "its activations of the hook point", unit = "rows") long rows) {}
