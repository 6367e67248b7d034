package dev.microtome.model.load;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.load.StoredTensors.Stored;
import java.nio.FloatBuffer;

/**
 * Fills parameters from stored tensors. Values are converted straight into the memory of the
 * parameter's array; beside the parameters a megabyte is used, whatever their size.
 *
 * <p>No tensor operation takes part: on a busy machine torch's threads made transposing
 * GPT-2-small's weights 3 to 10 times as slow as the loop below. ({@code NDArray.set(Buffer)} would
 * not do at all: it makes the array point at the buffer.)
 */
final class ParameterLoader {
  /**
   * Elements of a piece of a tensor that is to be transposed: 1 MB, which a core's own cache holds.
   */
  private static final int PIECE = 1 << 18;

  /**
   * Elements of an array that one buffer shows: 1 GB, since a buffer's bytes are counted with an
   * int.
   */
  private static final int WINDOW = 1 << 28;

  private final StoredTensors stored;
  private final NDManager manager;
  private final FloatBuffer piece = FloatBuffer.allocate(PIECE);

  ParameterLoader(StoredTensors stored, NDManager manager) {
    this.stored = stored;
    this.manager = manager;
  }

  /** A new float32 array of the manager, on its device, with the parameter's values. */
  NDArray load(Parameter parameter) {
    if (!manager.getDevice().isGpu()) {
      return fill(manager, parameter);
    }
    // One parameter at a time is in main memory.
    try (NDManager cpu = manager.newSubManager(Device.cpu())) {
      NDArray array = fill(cpu, parameter).toDevice(manager.getDevice(), false);
      array.attach(manager);
      return array;
    }
  }

  private NDArray fill(NDManager owner, Parameter parameter) {
    Shape shape = new Shape(parameter.shape().stream().mapToLong(Dim::size).toArray());
    if (parameter.sources().isEmpty()) {
      return owner.full(shape, parameter.constant(), DataType.FLOAT32);
    }
    NDArray array = owner.create(shape, DataType.FLOAT32);
    try (NDManager views = owner.newSubManager()) {
      Target target = new Target(array, views);
      long start = 0;
      for (Parameter.Source source : parameter.sources()) {
        Stored tensor = stored.get(source.tensor());
        fill(target, start, tensor, source);
        start += tensor.tensor().elements();
      }
      target.add(parameter.constant());
    }
    return array;
  }

  private void fill(Target target, long start, Stored tensor, Parameter.Source source) {
    long elements = tensor.tensor().elements();
    long rows = source.shape().get(0).size();
    long columns = elements / rows;
    if (source.order() instanceof Parameter.Order.Transposed) {
      long last = source.shape().get(source.shape().size() - 1).size();
      transpose(target, start, new Matrix(tensor, 0, elements / last, last));
    } else if (source.order() instanceof Parameter.Order.TransposedByHead) {
      long in = source.shape().get(1).size();
      for (long head = 0; head < rows; head++) {
        long first = head * columns;
        transpose(target, start + first, new Matrix(tensor, first, in, columns / in));
      }
    } else if (source.order() instanceof Parameter.Order.HeadsOutermost order) {
      long block = order.dHead() * columns;
      for (int head = 0; head < order.heads(); head++) {
        for (int part = 0; part < 3; part++) {
          long from = (head * 3L + part) * block;
          long to = ((long) part * order.heads() + head) * block;
          copy(target, start + to, tensor, from, block);
        }
      }
    } else {
      copy(target, start, tensor, 0, elements);
    }
  }

  /** Copies a run of elements that is contiguous on both sides. */
  private static void copy(Target target, long to, Stored tensor, long from, long count) {
    for (long done = 0; done < count; done += WINDOW) {
      int length = (int) Math.min(WINDOW, count - done);
      tensor.file().read(tensor.tensor(), from + done, target.window(to + done, length));
    }
  }

  /** A run of a stored tensor's elements, beginning with {@code first}, as [rows, columns]. */
  private record Matrix(Stored tensor, long first, long rows, long columns) {
    void read(long element, FloatBuffer piece) {
      tensor.file().read(tensor.tensor(), first + element, piece);
    }
  }

  /** Copies [rows, columns] of the file into [columns, rows], a few rows of the file at a time. */
  private void transpose(Target target, long start, Matrix matrix) {
    long rows = matrix.rows();
    long columns = matrix.columns();
    int width = (int) Math.min(Math.min(columns, PIECE), Math.max(1, WINDOW / rows));
    int height = width == columns ? (int) Math.min(rows, PIECE / columns) : 1;
    for (long column = 0; column < columns; column += width) {
      int columnsHere = (int) Math.min(width, columns - column);
      FloatBuffer out = target.window(start + column * rows, (int) (columnsHere * rows));
      for (long row = 0; row < rows; row += height) {
        int rowsHere = (int) Math.min(height, rows - row);
        matrix.read(row * columns + column, piece.clear().limit(rowsHere * columnsHere));
        transposePiece(out, (int) row, (int) rows, rowsHere, columnsHere);
      }
    }
  }

  private void transposePiece(
      FloatBuffer out, int firstRow, int rows, int rowsHere, int columnsHere) {
    float[] values = piece.array();
    for (int column = 0; column < columnsHere; column++) {
      int to = column * rows + firstRow;
      for (int row = 0; row < rowsHere; row++) {
        out.put(to + row, values[row * columnsHere + column]);
      }
    }
  }

  /** The memory of an array that is being filled. */
  private static final class Target {
    private final NDArray flat;
    private final NDManager views;

    Target(NDArray array, NDManager views) {
      this.views = views;
      this.flat = array.flatten();
      flat.attach(views);
    }

    /** Shows a range of elements; what is put there is in the array. */
    FloatBuffer window(long first, int length) {
      try (NDManager slices = views.newSubManager()) {
        NDArray slice = flat.get(slices, new NDIndex().addSliceDim(first, first + length));
        return slice.toByteBuffer(true).asFloatBuffer();
      }
    }

    void add(float value) {
      if (value != 0) {
        flat.addi(value);
      }
    }
  }
}
