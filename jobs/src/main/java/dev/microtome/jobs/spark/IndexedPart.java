package dev.microtome.jobs.spark;

import java.io.Serializable;

/**
 * A part with its position in the plan.
 *
 * @param part the job's own data
 */
record IndexedPart<P extends Serializable>(int index, P part) implements Serializable {}
