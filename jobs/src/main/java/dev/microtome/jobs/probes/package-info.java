/**
 * The jobs {@code train-probe} and {@code evaluate-erasure}: probes of concepts in activations, as
 * they are and after erasers.
 *
 * <p>Start with {@link dev.microtome.jobs.probes.TrainProbe}: {@code SampleTask} draws rows from a
 * part of the activations, {@code ProbesTask} fits the probes of a hook point to them; {@code
 * AllRows} fits them to every row by passes over the cluster. The arithmetic is the package {@link
 * dev.microtome.probing}.
 */
package dev.microtome.jobs.probes;
