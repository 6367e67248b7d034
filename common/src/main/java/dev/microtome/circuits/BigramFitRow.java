package dev.microtome.circuits;

import dev.microtome.table.Column;

/** How far a checkpoint's bigrams of one source are from the corpus's. */
public record BigramFitRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "the token that is there") int source,
    @Column(
            doc = "Σ p·(ln p − ln q) over out, p the corpus's and q softmax of W_E·W_U",
            unit = "nats")
        double klDivergence,
    @Column(doc = "Σ |p − q| / 2 over out, in [0, 1]") double totalVariation) {}
