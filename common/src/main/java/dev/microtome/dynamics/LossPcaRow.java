package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** Where a checkpoint lies along a component. */
public record LossPcaRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "component, from 0, which explains most") int component,
    @Column(
            doc =
                "distance from the mean checkpoint along the component; not scaled by its variance",
            unit = "nats")
        double score) {}
