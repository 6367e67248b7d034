package dev.microtome.jobs.gaps;

import dev.microtome.table.Column;

/** A document that a part has drawn. */
record DrawnDocumentRow(
    @Column(doc = "its number among the documents of all files") long id,
    @Column(doc = "index of its file") int file,
    @Column(doc = "its place in the file") long place,
    @Column(doc = "its label") String label,
    @Column(doc = "value of its concept") String concept) {}
