package dev.microtome.jobs.probes;

import dev.microtome.probing.SequenceSplit;
import java.io.Serializable;

/**
 * Which rows probes are fitted to and scored on.
 *
 * @param trainRows of a hook point and concept at most
 * @param testRows the same of the sequences held out
 */
record SampleSettings(SequenceSplit split, int trainRows, int testRows) implements Serializable {}
