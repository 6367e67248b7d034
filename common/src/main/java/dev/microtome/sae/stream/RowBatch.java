package dev.microtome.sae.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Rows of one batch. Valid until the next is asked for; one thread's at a time. */
public final class RowBatch {
  private final int width;
  private final float[][] rows;
  private final ByteBuffer bytes;
  private final FloatBuffer floats;
  private Mixing mixing = Mixing.NONE;
  private boolean inBytes;

  RowBatch(int rows, int width) {
    this.width = width;
    this.rows = new float[rows][width];
    bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, Math.multiplyExact(rows, width)))
            .order(ByteOrder.nativeOrder());
    floats = bytes.asFloatBuffer();
  }

  /** Number of rows. */
  public int size() {
    return rows.length;
  }

  /** Floats of a row. */
  public int width() {
    return width;
  }

  /** The rows: not copies. */
  public float[][] rows() {
    return rows;
  }

  /** The rows side by side outside the heap, [size, width], in the machine's byte order. */
  public ByteBuffer bytes() {
    if (!inBytes) {
      for (int i = 0; i < rows.length; i++) {
        floats.put(i * width, rows[i]);
      }
      inBytes = true;
    }
    return bytes.clear();
  }

  /** How all batches up to this one were mixed. */
  public Mixing mixing() {
    return mixing;
  }

  void mixing(Mixing newMixing) {
    mixing = newMixing;
  }

  /** Notes that the rows have been written to. */
  void changed() {
    inBytes = false;
  }

  /** Sets a row. */
  void row(int index, float[] source, int start) {
    System.arraycopy(source, start, rows[index], 0, width);
    inBytes = false;
  }
}
