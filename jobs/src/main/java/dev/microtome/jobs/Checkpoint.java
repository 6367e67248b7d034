package dev.microtome.jobs;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A model as it was at one step of its training: plain data that ships to executors.
 *
 * @param model name of the series: what tables say in their column {@code model}
 * @param step number of training steps; 0 for a model that is no step of a series
 * @param folder where its files lie
 */
public record Checkpoint(String model, long step, ModelFolder folder)
    implements Serializable, Comparable<Checkpoint> {
  private static final Comparator<Checkpoint> ORDER =
      Comparator.comparing(Checkpoint::model)
          .thenComparingLong(Checkpoint::step)
          .thenComparing(checkpoint -> checkpoint.folder().path());

  /** By model, then step. */
  @Override
  public int compareTo(Checkpoint other) {
    return ORDER.compare(this, other);
  }
}
