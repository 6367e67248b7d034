package dev.microtome.probing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Rows of one hook point in a file that many passes read: raw numbers, the rows of a chunk all of
 * one fold, so that what a pass does not need is not read. Some millions of bytes a fold in memory
 * while it is written, a chunk while it is read.
 */
public final class RowChunks {
  /** Numbers of a chunk's activations, 2 MB. */
  private static final int CHUNK = 1 << 19;

  private RowChunks() {}

  /** Writes rows. Not thread-safe. */
  public static final class Writer implements Closeable {
    private final DataOutputStream out;
    private final SequenceSplit split;
    private final Map<Integer, Open> open = new TreeMap<>();
    private int dimensions = -1;

    /** Begins a file. */
    public Writer(OutputStream stream, SequenceSplit split) {
      out = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16));
      this.split = split;
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if its activation has another width than those before
     */
    public void add(ProbeSampleRow row) throws IOException {
      if (dimensions >= 0 && row.activation().length != dimensions) {
        throw new IllegalArgumentException(
            "%d numbers, where rows before have %d".formatted(row.activation().length, dimensions));
      }
      dimensions = row.activation().length;
      int fold = split.fitFold(row.sequenceId());
      Open chunk =
          open.computeIfAbsent(
              fold, unused -> new Open(dimensions, row.targets().length / Double.BYTES));
      chunk.add(row);
      if (chunk.isFull()) {
        chunk.write(out, fold);
      }
    }

    /** Writes what is left. */
    @Override
    public void close() throws IOException {
      for (Map.Entry<Integer, Open> each : open.entrySet()) {
        each.getValue().write(out, each.getKey());
      }
      out.close();
    }
  }

  /** A chunk that is being filled. */
  private static final class Open {
    private final int dimensions;
    private final int capacity;
    private final long[] sequences;
    private final int[] tokens;
    private final double[] targets;
    private final float[] x;
    private int rows;

    Open(int dimensions, int targets) {
      this.dimensions = dimensions;
      capacity = Math.max(1, CHUNK / dimensions);
      sequences = new long[capacity];
      tokens = new int[capacity];
      this.targets = new double[capacity * targets];
      x = new float[capacity * dimensions];
    }

    void add(ProbeSampleRow row) {
      sequences[rows] = row.sequenceId();
      tokens[rows] = row.tokenId();
      double[] values = row.numbers();
      System.arraycopy(values, 0, targets, rows * values.length, values.length);
      System.arraycopy(row.activation(), 0, x, rows * dimensions, dimensions);
      rows++;
    }

    boolean isFull() {
      return rows == capacity;
    }

    void write(DataOutputStream out, int fold) throws IOException {
      if (rows == 0) {
        return;
      }
      int width = targets.length / capacity;
      byte[] bytes = new byte[bytes(rows, dimensions, width)];
      ByteBuffer body = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < rows; i++) {
        body.putLong(sequences[i]).putInt(tokens[i]);
      }
      for (int i = 0; i < rows * width; i++) {
        body.putDouble(targets[i]);
      }
      body.asFloatBuffer().put(x, 0, rows * dimensions);
      out.writeInt(fold);
      out.writeInt(rows);
      out.writeInt(dimensions);
      out.writeInt(width);
      out.write(bytes);
      rows = 0;
    }
  }

  private static int bytes(int rows, int dimensions, int width) {
    return rows * (Long.BYTES + Integer.BYTES + width * Double.BYTES + dimensions * Float.BYTES);
  }

  /** Reads the chunks of some folds, in their order. */
  static void forEach(InputStream stream, IntPredicate folds, Consumer<RowChunk> action)
      throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(stream, 1 << 16));
    while (true) {
      int fold;
      try {
        fold = in.readInt();
      } catch (EOFException end) {
        return;
      }
      int rows = in.readInt();
      int dimensions = in.readInt();
      int width = in.readInt();
      int bytes = bytes(rows, dimensions, width);
      if (folds.test(fold)) {
        byte[] body = in.readNBytes(bytes);
        if (body.length < bytes) {
          throw new EOFException("%d of %d bytes of a chunk".formatted(body.length, bytes));
        }
        action.accept(chunk(body, fold, rows, dimensions, width));
      } else {
        in.skipNBytes(bytes);
      }
    }
  }

  private static RowChunk chunk(byte[] bytes, int fold, int rows, int dimensions, int width) {
    ByteBuffer body = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long[] sequences = new long[rows];
    int[] tokens = new int[rows];
    for (int i = 0; i < rows; i++) {
      sequences[i] = body.getLong();
      tokens[i] = body.getInt();
    }
    double[] targets = new double[rows * width];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = body.getDouble();
    }
    float[] x = new float[rows * dimensions];
    body.asFloatBuffer().get(x);
    return new RowChunk(fold, rows, dimensions, sequences, tokens, targets, x);
  }
}
