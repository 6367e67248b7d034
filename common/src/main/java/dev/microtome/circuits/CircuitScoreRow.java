package dev.microtome.circuits;

import dev.microtome.table.Column;

/** What the weights of one head are like. */
public record CircuitScoreRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "layer of the head, from 0") int layer,
    @Column(doc = "the head in its layer, from 0") int head,
    @Column(
            doc =
                "Re Σλ / Σ|λ| of a circuit: full_ov_copying (W_E·W_V·W_O·W_U), ov_copying (W_V·W_O), full_qk_matching (W_E·W_Q·W_Kᵀ·W_Eᵀ);"
                    + " or a Frobenius norm: ov_norm (W_V·W_O), qk_norm (W_Q·W_Kᵀ)")
        String score,
    @Column(doc = "the score; eigenvalue scores are in [−1, 1]") double value) {}
