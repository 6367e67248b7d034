package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** The mean loss of all tokens at one position under one checkpoint. */
public record LossByPositionRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "place of the predicted tokens in their sequences, from 1", unit = "tokens")
        int position,
    @Column(doc = "mean loss of the tokens at the position", unit = "nats") double meanLoss,
    @Column(
            doc =
                "standard error of the mean, sequences taken as independent; NaN of a single sequence",
            unit = "nats")
        double standardError,
    @Column(doc = "sequences that have the position", unit = "sequences") long count) {}
