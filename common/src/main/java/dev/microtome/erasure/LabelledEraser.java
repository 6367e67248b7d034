package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;

/** An eraser that must be told the targets of each activation that it erases a concept from. */
public sealed interface LabelledEraser permits OracleEraser, QuadraticEraser {
  /** d: numbers of an activation. */
  int dimensions();

  /** k: numbers of an activation's targets. */
  int targets();

  /** Numbers that it holds. */
  long size();

  /**
   * Erases the concept from rows.
   *
   * @param x [n, d]
   * @param z [n, k]
   * @throws IllegalArgumentException if they have other shapes
   */
  Matrix apply(Matrix x, Matrix z);
}
