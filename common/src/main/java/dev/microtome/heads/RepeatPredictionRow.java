package dev.microtome.heads;

import dev.microtome.table.Column;

/** How well a checkpoint predicts one repetition of a random segment. */
public record RepeatPredictionRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "which repetition; 1 is the segment itself, which nothing predicts")
        int repetition,
    @Column(
            doc =
                "share of its tokens, the first left out, that the checkpoint holds more likely than any other token")
        double accuracy,
    @Column(doc = "mean loss of the same tokens", unit = "nats") double loss) {}
