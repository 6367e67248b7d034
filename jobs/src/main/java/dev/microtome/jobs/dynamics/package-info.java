/**
 * The job {@code loss-pca}: principal components of checkpoints in the space of per-token losses.
 *
 * <p>Start with {@link dev.microtome.jobs.dynamics.LossPca}; {@code LossBlocks} cuts the losses
 * into parts, {@code ColumnsTask} and {@code LoadingsTask} work on one. The arithmetic is {@link
 * dev.microtome.stats.PcaFitter} and the package {@link dev.microtome.dynamics}.
 */
package dev.microtome.jobs.dynamics;
