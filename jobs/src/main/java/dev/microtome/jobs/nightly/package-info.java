/**
 * The job {@code run-all}: a list of jobs from one file, in one Spark application, each run only if
 * what it reads has changed; and {@code clean}, which takes old runs away.
 */
package dev.microtome.jobs.nightly;
