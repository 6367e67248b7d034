/**
 * The job {@code tpr-gap}: does a classifier of labels know the documents of one group better than
 * those of another, and what becomes of that when the group is erased?
 *
 * <p>Start with {@link dev.microtome.jobs.gaps.TprGapExperiment}: {@code CountTask} and {@code
 * DrawTask} read labels and draw documents, {@code DocumentChoice} cuts them into parts, over which
 * {@code VectorsTask} runs the model, {@code GapsTask} fits the classifiers of a hook point. The
 * arithmetic is {@link dev.microtome.activations.SequenceVectors} and {@link
 * dev.microtome.probing.GapExperiment}.
 */
package dev.microtome.jobs.gaps;
