/**
 * The job {@code framework}: the circuits of every checkpoint, read off its weights.
 *
 * <p>Start with {@link dev.microtome.jobs.circuits.Framework}; the work of a part is {@code
 * FrameworkTask}, its arithmetic the package {@link dev.microtome.circuits}.
 */
package dev.microtome.jobs.circuits;
