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
  /** Of one concept at a time: as they are, and as probes and erasers make them. */
  private static final int COPIES = 2;

  /**
   * What a task over a hook point holds: the rows of all concepts, and copies of one's.
   *
   * @param width numbers of an activation
   * @param activations there are of all hook points together
   */
  TaskMemory memory(int concepts, long width, long activations) {
    long rows = Math.min(activations, (long) trainRows + testRows);
    return new TaskMemory(
        (concepts + COPIES) * rows * width * Float.BYTES,
        "at most %,d activations of a hook point, %,d numbers wide, for each concept"
            .formatted(rows, width));
  }
}
