package dev.microtome.circuits;

import dev.microtome.table.Column;

/** One entry of a checkpoint's bigram table. */
public record BigramRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "the token that is there") int source,
    @Column(doc = "place of the entry among those of its source, the likeliest at 0") int rank,
    @Column(doc = "the token that may follow") int out,
    @Column(doc = "W_E·W_U at source and out") double logit,
    @Column(doc = "log softmax of the logits over out", unit = "nats") double logProbability) {}
