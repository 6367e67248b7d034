/**
 * The command line and the runner: what all jobs share. A job is a package of its own beside {@code
 * spark}.
 *
 * <p>A reader starts at {@link dev.microtome.jobs.Main}, then {@link dev.microtome.jobs.JobRunner};
 * whoever writes a job reads {@link dev.microtome.jobs.Job}.
 */
package dev.microtome.jobs;
