/**
 * The job {@code collect-activations}: a model over a tokenised corpus, and what passes the chosen
 * hook points as a table.
 *
 * <p>Start with {@link dev.microtome.jobs.activations.CollectActivations}; the work of a part is
 * {@code CollectTask}, its arithmetic {@link dev.microtome.activations.ActivationCollector}.
 */
package dev.microtome.jobs.activations;
