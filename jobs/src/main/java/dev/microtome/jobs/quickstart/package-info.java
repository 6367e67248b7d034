/**
 * Pipelines in one command: {@link dev.microtome.jobs.quickstart.Pipeline} submits a list of jobs,
 * {@link dev.microtome.jobs.quickstart.QuickStart} makes a corpus and a model on the spot first.
 * What runs stands in {@code conf/}.
 */
package dev.microtome.jobs.quickstart;
