package dev.microtome.jobs.probes;

import java.io.Serializable;

/**
 * Rows of a hook point that a pass reads.
 *
 * @param part of the activations
 */
record PassPart(int part) implements Serializable {}
