/**
 * Streaming statistics and the source of all randomness: what a job computes over a corpus in one
 * pass, merged over parts.
 *
 * <p>Start with {@link dev.microtome.stats.Seeds}: every random choice of a run is a function of
 * its seed, its purpose and an identifier. {@link dev.microtome.stats.Moments} are means and
 * covariances, {@link dev.microtome.stats.PcaFitter} is fed columns and gives principal components.
 */
package dev.microtome.stats;
