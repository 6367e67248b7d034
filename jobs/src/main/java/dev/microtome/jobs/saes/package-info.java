/**
 * {@code train-sae}: sparse autoencoders trained from stored activations or from a model's own, one
 * or a sweep of them; those that see the same batches are trained together from one read. Start at
 * {@link dev.microtome.jobs.saes.TrainSae}; the training itself is {@code
 * dev.microtome.sae.training}, the stream of batches {@code dev.microtome.sae.stream}.
 */
package dev.microtome.jobs.saes;
