package dev.microtome.erasure;

import dev.microtome.table.Column;

/** How often a part of the labels has a value. */
public record LabelCountRow(
    @Column(doc = "the concept") String concept,
    @Column(doc = "place of the column among the concept's, from 0") int column,
    @Column(doc = "the value; empty for all values of a column of numbers") String value,
    @Column(doc = "labels with it", unit = "labels") long labels) {}
