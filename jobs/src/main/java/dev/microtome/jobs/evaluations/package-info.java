/**
 * {@code evaluate-sae}: how much of activations and predictions survives sparse autoencoders. Start
 * with {@link dev.microtome.jobs.evaluations.EvaluateSae}; the work of a part is {@code
 * EvaluateTask}, its arithmetic the package {@link dev.microtome.sae.evaluation}.
 */
package dev.microtome.jobs.evaluations;
