package dev.microtome.sae.evaluation;

import java.io.Serializable;

/**
 * Which examples of a feature are kept.
 *
 * @param top sequences in which a feature is largest
 * @param intervals equally wide parts of (0, the feature's maximum]
 * @param samples random tokens of each interval
 * @param context tokens shown on each side
 * @param seed of the samples
 */
public record ExampleSettings(int top, int intervals, int samples, int context, long seed)
    implements Serializable {}
