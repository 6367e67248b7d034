/**
 * Activations of a model over a corpus: which positions are stored, how sequences share a batch,
 * how values become bytes.
 *
 * <p>Start with {@code ActivationCollector}, which runs a model over the sequences of one part and
 * hands out rows; {@link dev.microtome.activations.ActivationRow} is what readers of the table see.
 */
package dev.microtome.activations;
