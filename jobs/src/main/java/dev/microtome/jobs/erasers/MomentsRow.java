package dev.microtome.jobs.erasers;

import dev.microtome.table.Column;

/** Where a part has left its moments of a hook point and concept. */
record MomentsRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the concept") String concept,
    @Column(doc = "number of the class, where each has a sum of its own; else 0") int number,
    @Column(doc = "file of the relay") String file) {}
