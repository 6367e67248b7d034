/**
 * The job {@code erase}: stored activations without a concept.
 *
 * <p>Start with {@link dev.microtome.jobs.erase.Erase}. The arithmetic is {@link
 * dev.microtome.erasure.LeaceEraser}.
 */
package dev.microtome.jobs.erase;
