/**
 * The job {@code generate-corpus}: corpora that are computed, with the truth about them.
 *
 * <p>What the corpora are is in {@link dev.microtome.corpus}. A reader starts at {@code
 * GenerateCorpus}, which plans, then {@code SequenceRange}, which does the work of one part.
 */
package dev.microtome.jobs.corpora;
