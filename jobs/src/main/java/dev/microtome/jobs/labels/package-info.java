/**
 * What jobs over activations with labels share: where labels come from, which classes there are,
 * and an activation and its labels side by side.
 *
 * <p>Start with {@link dev.microtome.jobs.labels.LabelledActivations}; {@code LabelTable} knows the
 * layouts of labels, {@link dev.microtome.jobs.labels.LabelledReader} joins a part.
 */
package dev.microtome.jobs.labels;
