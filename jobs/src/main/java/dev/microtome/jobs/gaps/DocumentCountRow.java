package dev.microtome.jobs.gaps;

import dev.microtome.table.Column;

/** How many documents of a part have a label and a concept; either is empty where there is none. */
record DocumentCountRow(
    @Column(doc = "index of the part") int part,
    @Column(doc = "the label") String label,
    @Column(doc = "value of the concept") String concept,
    @Column(doc = "how many", unit = "documents") long documents) {}
