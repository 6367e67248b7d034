/**
 * {@code sae-features}: what the features of sparse autoencoders mean, as tables and as pages.
 * Start with {@link dev.microtome.jobs.features.SaeFeatures}. Two passes over the tokens ({@code
 * SurveyTask}, {@code ExamplesTask}) find where features fire, {@code DescribeTask} describes some
 * of them; the arithmetic is in the package {@link dev.microtome.sae.evaluation}.
 */
package dev.microtome.jobs.features;
