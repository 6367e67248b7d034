package dev.microtome.probing;

import dev.microtome.table.Column;

/** How many activations of a part a concept labels. */
public record ProbeCountRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the concept") String concept,
    @Column(doc = "activations with a label", unit = "rows") long labelled,
    @Column(doc = "activations without one", unit = "rows") long unlabelled) {}
