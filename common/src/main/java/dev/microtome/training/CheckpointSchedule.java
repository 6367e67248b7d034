package dev.microtome.training;

import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * After which steps a model is kept. Step 0 is the model before training, step n the one after n
 * updates.
 *
 * @param steps ascending
 */
public record CheckpointSchedule(NavigableSet<Long> steps) implements Serializable {
  public CheckpointSchedule {
    if (!steps.isEmpty() && steps.first() < 0) {
      throw new IllegalArgumentException("checkpoint step is negative: " + steps.first());
    }
    steps = Collections.unmodifiableNavigableSet(new TreeSet<>(steps));
  }

  /** The steps of a list. */
  public static CheckpointSchedule of(Collection<Long> steps) {
    return new CheckpointSchedule(new TreeSet<>(steps));
  }

  /** Every {@code interval}-th step up to {@code last}, step 0 included. */
  public static CheckpointSchedule every(long interval, long last) {
    if (interval < 1) {
      throw new IllegalArgumentException(
          "checkpoint interval is %d, expected 1 or more".formatted(interval));
    }
    TreeSet<Long> steps = new TreeSet<>();
    for (long i = 0; i <= last / interval; i++) {
      steps.add(i * interval);
    }
    return new CheckpointSchedule(steps);
  }

  /**
   * Steps that grow by a constant factor: from·(to/from)^(i/(count−1)), rounded. Where that gives a
   * step twice, near the start, there are fewer than {@code count}.
   *
   * @param from the first, at least 1
   * @param to the last
   * @param count at least 2
   */
  public static CheckpointSchedule logarithmic(long from, long to, int count) {
    if (from < 1 || to < from || count < 2) {
      throw new IllegalArgumentException(
          "log schedule from %d to %d in %d, expected 1 <= from <= to and 2 or more"
              .formatted(from, to, count));
    }
    TreeSet<Long> steps = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      double exponent = (double) i / (count - 1);
      steps.add(Math.round(from * StrictMath.pow((double) to / from, exponent)));
    }
    return new CheckpointSchedule(steps);
  }

  /** The steps of both. */
  public CheckpointSchedule and(CheckpointSchedule other) {
    TreeSet<Long> both = new TreeSet<>(steps);
    both.addAll(other.steps);
    return new CheckpointSchedule(both);
  }

  public boolean contains(long step) {
    return steps.contains(step);
  }
}
