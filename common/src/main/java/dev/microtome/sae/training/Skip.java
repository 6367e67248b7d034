package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import java.util.Arrays;

/**
 * A transcoder's linear map beside the features: W_skip·x for tiles of rows, and its gradient, a
 * product of dense matrices [d_out, n] and [n, d_in] in which features have no part. Without such a
 * map it does nothing.
 */
final class Skip implements AutoCloseable {
  private static final int BLOCK = 64;

  private final TopKShape shape;
  private final float[][] rows;
  private final NativeFloats[] matrices;
  private final NativeFloats[] outputs;

  /**
   * Makes room.
   *
   * @param tiles that are mapped at the same time
   * @param tileRows of each
   */
  Skip(TopKShape shape, TopKParameters parameters, int tiles, int tileRows) {
    this.shape = shape;
    boolean there = shape.skips();
    rows = there ? parameters.rows(Parameter.W_SKIP) : new float[0][];
    matrices = new NativeFloats[there ? 2 : 0];
    Arrays.setAll(matrices, i -> new NativeFloats(shape.dOut(), shape.dIn()));
    outputs = new NativeFloats[there ? tiles : 0];
    Arrays.setAll(outputs, i -> new NativeFloats(tileRows, shape.dOut()));
    load();
  }

  private NativeFloats weights() {
    return matrices[0];
  }

  private NativeFloats gradient() {
    return matrices[1];
  }

  /** Takes over weights that were changed. */
  void load() {
    for (int i = 0; i < rows.length; i++) {
      weights().set(i, rows[i]);
    }
  }

  /** Maps a tile's inputs [n, d_in]. */
  void map(int tile, NativeFloats inputs) {
    if (shape.skips()) {
      outputs[tile].setProductTransposed(inputs, weights());
    }
  }

  /**
   * Takes what it made of a tile's row from another row.
   *
   * @param scratch of a row's width
   */
  void takeFrom(float[] row, int tile, int index, float[] scratch) {
    if (shape.skips()) {
      outputs[tile].copy(index, scratch);
      Rows.add(row, -1, scratch);
    }
  }

  /** Pieces of the gradient that different threads may sum up. */
  int blocks() {
    return (rows.length + BLOCK - 1) / BLOCK;
  }

  /** Begins a block's gradient. */
  void clear(int block) {
    gradient().clear(block * BLOCK, end(block));
  }

  /** Adds Σe·x over rows to a block's gradient. */
  void add(int block, NativeFloats errors, NativeFloats inputs, int count) {
    gradient().addTransposedProduct(errors, inputs, count, block * BLOCK, end(block));
  }

  private int end(int block) {
    return Math.min(rows.length, (block + 1) * BLOCK);
  }

  /** Makes the gradient Σe·x over a whole batch. */
  void setGradient(float[][] errors, float[][] inputs, Workers workers) {
    if (!shape.skips()) {
      return;
    }
    try (NativeFloats nativeErrors = new NativeFloats(errors.length, shape.dOut());
        NativeFloats nativeInputs = new NativeFloats(inputs.length, shape.dIn())) {
      for (int i = 0; i < errors.length; i++) {
        nativeErrors.set(i, errors[i]);
        nativeInputs.set(i, inputs[i]);
      }
      workers.each(
          blocks(),
          (worker, block) -> {
            clear(block);
            add(block, nativeErrors, nativeInputs, errors.length);
          });
    }
  }

  /**
   * Steps the weights.
   *
   * @param factor of the gradient
   */
  void step(RowRule rule, float factor) {
    float[] own = new float[shape.dIn()];
    for (int i = 0; i < rows.length; i++) {
      gradient().copy(i, own);
      Rows.scale(own, factor);
      rule.step(Parameter.W_SKIP, i, rows[i], own);
    }
    load();
  }

  @Override
  public void close() {
    for (NativeFloats each : matrices) {
      each.close();
    }
    for (NativeFloats each : outputs) {
      each.close();
    }
  }
}
