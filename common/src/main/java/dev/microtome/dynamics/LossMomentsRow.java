package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** Moments of the losses at one position in a part of the sequences, to be merged with others. */
public record LossMomentsRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "place of the predicted tokens in their sequences, from 1", unit = "tokens")
        int position,
    @Column(doc = "sequences of the part that have the position", unit = "sequences") long count,
    @Column(doc = "mean loss of the tokens at the position", unit = "nats") double mean,
    @Column(doc = "sum of squared deviations from the mean", unit = "nats²")
        double squaredDeviations) {}
