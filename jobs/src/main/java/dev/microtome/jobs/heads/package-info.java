/**
 * The job {@code induction-heads}: scores of every head of every checkpoint on repeated random
 * tokens, and what a checkpoint loses without its heads.
 *
 * <p>Start with {@link dev.microtome.jobs.heads.InductionHeads}; the work of a part is {@code
 * HeadsTask}, its arithmetic the package {@link dev.microtome.heads}.
 */
package dev.microtome.jobs.heads;
