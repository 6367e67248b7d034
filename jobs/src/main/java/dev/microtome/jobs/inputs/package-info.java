/**
 * What jobs that run models share: the rows of a tokens table as parts, whether tokens suit a
 * model, what a plan must know of a series of checkpoints, a model on an executor. Start at {@link
 * dev.microtome.jobs.inputs.TokenSlices} and {@link dev.microtome.jobs.inputs.ExecutorTransformer}.
 */
package dev.microtome.jobs.inputs;
