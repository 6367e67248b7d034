/**
 * Activations as a stream of mixed batches: blocks of rows in a seeded order, each once an epoch, a
 * buffer that separates the tokens of a sequence, rows held out for evaluation.
 *
 * <p>Start at {@link dev.microtome.sae.stream.MixedBatches}; {@link
 * dev.microtome.sae.stream.RowBlocks} is what a table or a model must offer to be read so. What a
 * batch holds is a function of the seed and its number alone, so that a training takes its place up
 * again without a buffer saved.
 */
package dev.microtome.sae.stream;
