package dev.microtome.heads;

import dev.microtome.table.Column;

/** A score of a head of a checkpoint. */
public record HeadScoreRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "layer of the head, from 0") int layer,
    @Column(doc = "the head in its layer, from 0") int head,
    @Column(
            doc =
                "prefix_matching, copying (in [−1, 1]), previous_token, current_token, duplicate_token or first_token")
        String score,
    @Column(doc = "the score, a mean over the examples") double value) {}
