package dev.microtome.sae;

import ai.djl.ndarray.NDArray;

/**
 * The mean norm of activations, from which {@link Normalization#EXPECTED_AVERAGE_NORM} takes its
 * one factor. Sums in float64; parts merge to the whole. Not thread-safe.
 */
public final class AverageNorm {
  private final int width;
  private long rows;
  private double sum;

  /** Has seen nothing. */
  public AverageNorm(int width) {
    this.width = width;
  }

  /**
   * Adds activations.
   *
   * @param x [n, width]
   */
  public void add(NDArray x) {
    if (x.getShape().dimension() != 2 || x.getShape().get(1) != width) {
      throw new IllegalArgumentException(
          "activations are %s, expected [n, %d]".formatted(x.getShape(), width));
    }
    sum += SaeKernels.sumOfNorms(x.getManager(), x);
    rows += x.getShape().get(0);
  }

  /** Adds what another one has seen. */
  public void merge(AverageNorm other) {
    if (other.width != width) {
      throw new IllegalArgumentException(
          "Cannot merge norms of %d and %d dimensions".formatted(width, other.width));
    }
    sum += other.sum;
    rows += other.rows;
  }

  /**
   * √width / mean‖x‖.
   *
   * @throws IllegalArgumentException if nothing was added, or nothing but zeros or non-finite rows
   */
  public double factor() {
    double factor = Math.sqrt(width) * rows / sum;
    if (!(factor > 0 && Double.isFinite(factor))) {
      throw new IllegalArgumentException(
          "%d activations with norms of %s altogether have no factor".formatted(rows, sum));
    }
    return factor;
  }
}
