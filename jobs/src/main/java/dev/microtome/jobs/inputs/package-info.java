/**
 * What jobs that run models over tokens share: the rows of a tokens table as parts, whether tokens
 * suit a model, a model on an executor. Start at {@link dev.microtome.jobs.inputs.TokenSlices} and
 * {@link dev.microtome.jobs.inputs.ExecutorTransformer}.
 */
package dev.microtome.jobs.inputs;
