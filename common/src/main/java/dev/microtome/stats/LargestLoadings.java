package dev.microtome.stats;

import dev.microtome.linalg.Matrix;

/**
 * The entry of largest modulus of each component, over blocks of columns: what fixes the
 * components' signs. Of two equal moduli the first counts, so that blocks are added, and parts
 * merged, in the order of the columns. Not thread-safe.
 */
public final class LargestLoadings {
  private final double[] values;

  private LargestLoadings(double[] values) {
    this.values = values;
  }

  /** Of so many components, before the first column. */
  public static LargestLoadings ofComponents(int components) {
    return new LargestLoadings(new double[components]);
  }

  /**
   * Adds columns.
   *
   * @param loadings [components, columns]
   */
  public void add(Matrix loadings) {
    requireCount(loadings.rows());
    for (int component = 0; component < values.length; component++) {
      for (double value : loadings.row(component)) {
        take(component, value);
      }
    }
  }

  /** Adds the columns behind another, which come after this one's. */
  public void merge(LargestLoadings other) {
    requireCount(other.values.length);
    for (int component = 0; component < values.length; component++) {
      take(component, other.values[component]);
    }
  }

  public int components() {
    return values.length;
  }

  /** The entry of a component, with its sign; 0 before the first column. */
  public double value(int component) {
    return values[component];
  }

  /** Adds one entry of a component: what a part found largest, for instance. */
  public void take(int component, double value) {
    if (Math.abs(value) > Math.abs(values[component])) {
      values[component] = value;
    }
  }

  private void requireCount(int found) {
    if (found != values.length) {
      throw new IllegalArgumentException(
          "Largest loadings of %d components, expected %d".formatted(found, values.length));
    }
  }
}
