/**
 * What {@code mvn -Preproduce verify} runs after the build: the pipelines of {@code
 * conf/phase-change.conf} and {@code conf/monosemanticity.conf}; behind each {@link
 * dev.microtome.jobs.reproduce.PhaseChange} or {@link dev.microtome.jobs.reproduce.Monosemanticity}
 * reads what the jobs wrote and prints what the tables say. Nothing here looks into a model.
 */
package dev.microtome.jobs.reproduce;
