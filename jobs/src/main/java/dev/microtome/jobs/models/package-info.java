/**
 * {@code train-model}: small transformers trained from tokens, with checkpoints; one model a task,
 * so that a sweep trains on every core. Start at {@link dev.microtome.jobs.models.TrainModel}; the
 * training itself is {@code dev.microtome.training}.
 */
package dev.microtome.jobs.models;
