package dev.microtome.sae.training;

/**
 * What an autoencoder makes of rows without learning from them.
 *
 * @param codes of the rows
 * @param squaredError Σ‖x − x̂‖²
 * @param variance Σ‖x − x̄‖²
 */
public record SaeEvaluation(SparseCodes codes, double squaredError, double variance) {}
