package dev.microtome.circuits;

import dev.microtome.table.Column;

/** What a bigram table is held against: a row of a corpus's own table of bigrams. */
public record TrueBigramRow(
    @Column(doc = "token id") int source,
    @Column(doc = "id of the token that follows") int out,
    @Column(doc = "probability of out after source; sums to 1 over out") double p) {}
