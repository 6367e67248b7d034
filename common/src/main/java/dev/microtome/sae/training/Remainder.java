package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;

/**
 * What is left of a row while features take their shares of it. By OpenBLAS on native rows: the
 * compiler makes no vector instructions of a sum over a row. One thread's.
 */
final class Remainder implements AutoCloseable {
  private final NativeFloats.Cursor decoderRows;
  private final NativeFloats left;
  private final NativeFloats.Cursor own;

  Remainder(NativeFloats decoder, int width) {
    decoderRows = decoder.cursor();
    left = new NativeFloats(1, width);
    own = left.cursor();
  }

  void set(float[] row) {
    left.set(0, row);
  }

  void copy(float[] row) {
    left.copy(0, row);
  }

  /** Takes what a feature rebuilds from it. */
  void subtract(int feature, float value) {
    decoderRows.add(feature, -value, left);
  }

  /** Its product with a feature's row of the decoder. */
  float dot(int feature) {
    return decoderRows.dot(feature, left);
  }

  /** Its length squared. */
  float square() {
    return own.dot(0, left);
  }

  @Override
  public void close() {
    left.close();
  }
}
