/**
 * The job {@code token-losses}: the loss of every token under every checkpoint.
 *
 * <p>Start with {@link dev.microtome.jobs.losses.TokenLosses}; the work of a part is {@code
 * LossTask}, its arithmetic the package {@link dev.microtome.dynamics}.
 */
package dev.microtome.jobs.losses;
