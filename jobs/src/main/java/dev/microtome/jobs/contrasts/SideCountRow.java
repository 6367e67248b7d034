package dev.microtome.jobs.contrasts;

import dev.microtome.table.Column;

/** How many activations of a part are sides of pairs. */
record SideCountRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "activations that are a side of a pair", unit = "rows") long sides,
    @Column(doc = "activations of a pair, but of none of the two sides", unit = "rows")
        long otherSides,
    @Column(doc = "activations of no pair", unit = "rows") long unpaired) {}
