/**
 * The quick start: a corpus and a model made on the spot, and the pipeline over them, in one
 * command. Start at {@link dev.microtome.jobs.quickstart.QuickStart}; what it runs stands in {@code
 * conf/quickstart.conf}.
 */
package dev.microtome.jobs.quickstart;
