/**
 * The job {@code fit-leace}: erasers of concepts from activations and their labels.
 *
 * <p>Start with {@link dev.microtome.jobs.erasers.FitLeace}: {@code MomentsTask} sums up a part of
 * the activations, {@code ErasersTask} merges the parts of a hook point. The arithmetic is the
 * package {@link dev.microtome.erasure}.
 */
package dev.microtome.jobs.erasers;
