/**
 * What {@code mvn -Preproduce verify} runs after the build: the pipeline of {@code
 * conf/phase-change.conf}, then {@link dev.microtome.jobs.reproduce.PhaseChange} reads what the
 * jobs wrote and prints what the tables say. Nothing here looks into a model.
 */
package dev.microtome.jobs.reproduce;
