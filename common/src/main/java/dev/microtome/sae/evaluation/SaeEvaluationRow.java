package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** A row of the table {@code sae_evaluation}. */
public record SaeEvaluationRow(
    @Column(doc = "name of the SAE") String sae,
    @Column(doc = "name of the model it was put into") String model,
    @Column(doc = "address of what it rebuilds") String hook,
    @Column(doc = "layer of that hook point, from 0; -1 outside of the blocks") int layer,
    @Column(doc = "what was trained, such as topk or jumprelu") String architecture,
    @Column(
            doc =
                "tokens; explained_variance 1 − Σ‖x − x̂‖²/Σ‖x − x̄‖²; mse ⟨‖x − x̂‖²⟩; cosine_similarity; l2_ratio ⟨‖x̂‖/‖x‖⟩;"
                    + " l0 and l1 of a token's features; dead_fraction: no fire on these tokens; loss_clean, loss_sae, loss_zero in"
                    + " nats; loss_recovered (zero − sae)/(zero − clean); kl_sae, kl_zero in nats; kl_recovered 1 − sae/zero")
        String metric,
    @Column(doc = "its value") double value) {}
