package dev.microtome.jobs.features;

import java.io.Serializable;

/**
 * One part of the last stage: some features of a dictionary.
 *
 * @param source index of the dictionary
 * @param from first feature
 * @param to one past the last
 */
record FeatureBlock(int source, int from, int to) implements Serializable {}
