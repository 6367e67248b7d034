package dev.microtome.jobs.erasers;

import dev.microtome.table.Column;

/** Where a part has left its moments of a hook point and concept. */
record MomentsRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the concept") String concept,
    @Column(doc = "file of the relay") String file) {}
