package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * What a vector is multiplied by where it is added to an activation: a number of the token's own
 * activation, all heads side by side, as it is before the change.
 */
public enum TokenScale {
  /** The vector as it is. */
  ONE,
  /** The unbiased standard deviation of the activation's numbers, what a layer norm divides by. */
  DEVIATION,
  /** The root of the mean of their squares, the norm over √d. */
  ROOT_MEAN_SQUARE;

  /**
   * The scale of each row of activations.
   *
   * @param rows [n, d]
   * @return [n, 1], of that manager
   */
  public NDArray of(NDManager manager, NDArray rows) {
    return switch (this) {
      case ONE -> manager.ones(new Shape(rows.getShape().get(0), 1));
      case DEVIATION -> Kernels.deviation(manager, rows);
      case ROOT_MEAN_SQUARE -> Kernels.rootMeanSquare(manager, rows, 0);
    };
  }
}
