package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** The loading of largest modulus in a part of the tokens. */
public record LargestLoadingRow(
    @Column(doc = "component, from 0") int component,
    @Column(doc = "the loading, before signs are fixed") double loading) {}
