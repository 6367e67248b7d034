package dev.microtome.dynamics;

import java.io.Serializable;
import java.util.Comparator;

/** A checkpoint as tables name it: a row of the PCA. Ordered by model, then step. */
public record ModelStep(String model, long step) implements Comparable<ModelStep>, Serializable {
  private static final Comparator<ModelStep> ORDER =
      Comparator.comparing(ModelStep::model).thenComparingLong(ModelStep::step);

  @Override
  public int compareTo(ModelStep other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "model '%s', step %d".formatted(model, step);
  }
}
