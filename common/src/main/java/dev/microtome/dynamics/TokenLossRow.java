package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** The loss of one token under one checkpoint. */
public record TokenLossRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "sequence of the tokens table") long sequenceId,
    @Column(
            doc =
                "place of the predicted token in its sequence, from 1: the first, at 0, is predicted by nothing",
            unit = "tokens")
        int position,
    @Column(doc = "the predicted token") int tokenId,
    @Column(doc = "−log p of the predicted token given those before it", unit = "nats")
        float loss) {}
