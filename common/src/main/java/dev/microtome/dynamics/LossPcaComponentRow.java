package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** How much of the differences between checkpoints a component explains. */
public record LossPcaComponentRow(
    @Column(doc = "component, from 0, which explains most") int component,
    @Column(
            doc = "variance of the checkpoints along the component, over checkpoints − 1",
            unit = "nats²")
        double explainedVariance,
    @Column(doc = "the same as a share of the variance in all directions, in [0, 1]")
        double explainedVarianceRatio) {}
