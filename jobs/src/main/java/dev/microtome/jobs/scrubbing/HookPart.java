package dev.microtome.jobs.scrubbing;

import java.io.Serializable;

/**
 * One hook point to fit.
 *
 * @param place among the hook points
 * @param parts that have summed up its activations
 */
record HookPart(int place, int parts) implements Serializable {}
