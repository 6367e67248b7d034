/**
 * The job {@code scrub}: what a model loses without a concept, erased layer by layer (concept
 * scrubbing, Belrose et al. 2023).
 *
 * <p>Start with {@link dev.microtome.jobs.scrubbing.Scrub}: for each hook point {@code
 * HookMomentsTask} runs the model with the erasers below and sums up a part, {@code
 * HookErasersTask} fits; then {@code LossesTask} compares. The arithmetic is the package {@link
 * dev.microtome.erasure}.
 */
package dev.microtome.jobs.scrubbing;
