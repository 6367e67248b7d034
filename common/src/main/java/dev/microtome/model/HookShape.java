package dev.microtome.model;

import ai.djl.ndarray.types.Shape;

/**
 * The shape of an activation, known without running the model.
 *
 * @param kind which axes there are
 * @param heads size of the head axis; 1 where there is none
 * @param width size of the last axis: features of a vector; 0 for attention, whose last axis is the
 *     key positions of the batch
 */
public record HookShape(Kind kind, int heads, int width) {

  /** Which axes an activation has. */
  public enum Kind {
    /** [batch, position, 1] */
    SCALAR,
    /** [batch, position, feature] */
    VECTOR,
    /** [batch, position, head, feature] */
    HEAD_VECTORS,
    /** [batch, head, query position, key position] */
    ATTENTION
  }

  /** Shape of the array for {@code batch} sequences of (padded) {@code length}. */
  public Shape of(int batch, int length) {
    return switch (kind) {
      case SCALAR, VECTOR -> new Shape(batch, length, width);
      case HEAD_VECTORS -> new Shape(batch, length, heads, width);
      case ATTENTION -> new Shape(batch, heads, length, length);
    };
  }

  /**
   * Numbers at one position: heads times features, or heads times key positions of a sequence of
   * {@code length}.
   */
  public int sizePerPosition(int length) {
    return heads * (kind == Kind.ATTENTION ? length : width);
  }
}
