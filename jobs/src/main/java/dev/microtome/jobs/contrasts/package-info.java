/**
 * The job {@code search-contrast}: what pairs of opposites, such as statements and their negations,
 * say without labels.
 *
 * <p>Start with {@link dev.microtome.jobs.contrasts.SearchContrast}: {@code SidesTask} finds the
 * sides of pairs in a part of the activations, {@code ContrastTask} puts those of a hook point
 * together. The arithmetic is {@link dev.microtome.probing.ContrastExperiment}.
 */
package dev.microtome.jobs.contrasts;
