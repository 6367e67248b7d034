/**
 * Pipelines in one command: {@link dev.microtome.jobs.quickstart.Pipeline} submits a list of jobs,
 * {@link dev.microtome.jobs.quickstart.QuickStart} puts the page of its last step where people find
 * it. What runs stands in {@code conf/}.
 */
package dev.microtome.jobs.quickstart;
