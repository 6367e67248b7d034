package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** What is read of a table of labels: a concept that a token has. */
public record TokenLabelRow(
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "position of the token") int position,
    @Column(doc = "concept, such as part_of_speech") String concept,
    @Column(doc = "its value, such as noun") String value) {}
