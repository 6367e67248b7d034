package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.microtome.torch.TorchScript;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * x·W_encᵀ for tiles of rows, by libtorch. Holds a copy of the encoder in native memory, a row a
 * feature, and a tile in and out for each worker. A tile always has the same number of rows, so
 * that the bits of a row's product do not hang on who computes it.
 */
final class EncoderProduct implements AutoCloseable {
  private static final TorchScript SCRIPT =
      TorchScript.load(EncoderProduct.class, "encoder.py", "Encoder");

  private final int width;
  private final int features;
  private final NDManager manager = NDManager.newBaseManager();
  private final NDArray weights;
  private final FloatBuffer weightView;
  private final NDArray[] in;
  private final NDArray[] out;
  private final FloatBuffer[] inView;
  private final FloatBuffer[] outView;

  EncoderProduct(int width, int features, int tileRows, int workers) {
    this.width = width;
    this.features = features;
    weights = array(features, width);
    weightView = view(weights);
    in = new NDArray[workers];
    out = new NDArray[workers];
    inView = new FloatBuffer[workers];
    outView = new FloatBuffer[workers];
    for (int i = 0; i < workers; i++) {
      in[i] = array(tileRows, width);
      out[i] = array(tileRows, features);
      inView[i] = view(in[i]);
      outView[i] = view(out[i]);
    }
  }

  private NDArray array(int rows, int columns) {
    return manager.zeros(new Shape(rows, columns), DataType.FLOAT32);
  }

  /** The array's own memory. */
  private static FloatBuffer view(NDArray array) {
    return ((PtNDArray) array).toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** Sets a feature's row of the encoder. */
  void setEncoder(int feature, float[] row) {
    weightView.put(feature * width, row);
  }

  /** Sets a row of a worker's tile. */
  void setInput(int worker, int row, float[] values) {
    inView[worker].put(row * width, values);
  }

  /** Multiplies a worker's tile. */
  void run(int worker) {
    SCRIPT.change("product_", in[worker], weights, out[worker]);
  }

  /** Copies a row of a worker's product. */
  void output(int worker, int row, float[] values) {
    outView[worker].get(row * features, values);
  }

  @Override
  public void close() {
    manager.close();
  }
}
