package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;

/**
 * x·W_encᵀ for tiles of rows. Holds a copy of the encoder in native memory, a row a feature, and a
 * tile in and out for each worker. A tile always has the same number of rows, so that the bits of a
 * row's product do not hang on who computes it.
 *
 * <p>OpenBLAS and not libtorch's MKL: on one thread of an AMD EPYC and tiles of 256 rows it did 76
 * GFLOP/s against 48 (57 with a packed encoder), MKL's best on the whole batch being 72.
 */
final class EncoderProduct implements AutoCloseable {
  private final NativeFloats weights;
  private final NativeFloats[] in;
  private final NativeFloats[] out;

  EncoderProduct(int width, int features, int tileRows, int workers) {
    weights = new NativeFloats(features, width);
    in = new NativeFloats[workers];
    out = new NativeFloats[workers];
    for (int i = 0; i < workers; i++) {
      in[i] = new NativeFloats(tileRows, width);
      out[i] = new NativeFloats(tileRows, features);
    }
  }

  /** Sets a feature's row of the encoder. */
  void setEncoder(int feature, float[] row) {
    weights.set(feature, row);
  }

  /** Sets a row of a worker's tile. */
  void setInput(int worker, int row, float[] values) {
    in[worker].set(row, values);
  }

  /** A worker's tile. */
  NativeFloats inputs(int worker) {
    return in[worker];
  }

  /** Multiplies a worker's tile. */
  void run(int worker) {
    out[worker].setProductTransposed(in[worker], weights);
  }

  /** Copies a row of a worker's product. */
  void output(int worker, int row, float[] values) {
    out[worker].copy(row, values);
  }

  @Override
  public void close() {
    weights.close();
    for (int i = 0; i < in.length; i++) {
      in[i].close();
      out[i].close();
    }
  }
}
