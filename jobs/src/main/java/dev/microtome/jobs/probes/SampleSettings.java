package dev.microtome.jobs.probes;

import dev.microtome.jobs.TaskMemory;
import dev.microtome.probing.SequenceSplit;
import java.io.Serializable;

/**
 * Which rows probes are fitted to and scored on.
 *
 * @param trainRows of a hook point and concept at most
 * @param testRows the same of the sequences held out
 */
record SampleSettings(SequenceSplit split, int trainRows, int testRows) implements Serializable {
  /**
   * What a task over a hook point holds: the rows of all concepts, and copies of one's.
   *
   * @param width numbers of an activation
   * @param activations there are of all hook points together
   * @param copies bytes of the copies of a number, of one concept at a time
   * @param matrices of float64 [width, width] at once
   */
  TaskMemory memory(int concepts, long width, long activations, int copies, int matrices) {
    long rows = Math.min(activations, (long) trainRows + testRows);
    return new TaskMemory(
        ((long) concepts * Float.BYTES + copies) * rows * width
            + matrices * width * width * Double.BYTES,
        "at most %,d activations of a hook point, %,d numbers wide, for each concept"
            .formatted(rows, width));
  }
}
