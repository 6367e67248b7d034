package dev.microtome.circuits;

import dev.microtome.table.Column;

/** Two heads in a row, seen as one: attention of the later one to what the earlier one moved. */
public record VirtualHeadRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "layer of the earlier head, from 0") int firstLayer,
    @Column(doc = "the earlier head in its layer") int firstHead,
    @Column(doc = "layer of the later head, from 0") int secondLayer,
    @Column(doc = "the later head in its layer") int secondHead,
    @Column(doc = "‖OV₁·OV₂‖, Frobenius") double norm,
    @Column(doc = "Re Σλ / Σ|λ| of W_E·OV₁·OV₂·W_U, in [−1, 1]") double copying) {}
