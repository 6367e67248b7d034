package dev.microtome.model.load;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.load.StoredTensors.Stored;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Fills parameters from stored tensors through one small buffer: beside the parameters themselves a
 * few megabytes are used, whatever their size.
 *
 * <p>A slice of an NDArray is a view, and setting it copies from the buffer into the parameter's
 * own memory. ({@code NDArray.set(Buffer)} would not do: it makes the array point at the buffer.)
 */
final class ParameterLoader {
  /** 4 MB: large enough that calls do not show, small enough not to show in the peak. */
  private static final int PIECE = 1 << 20;

  private final StoredTensors stored;
  private final NDManager manager;
  private final ByteBuffer piece =
      ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.nativeOrder());

  ParameterLoader(StoredTensors stored, NDManager manager) {
    this.stored = stored;
    this.manager = manager;
  }

  /** A new float32 array of the manager with the parameter's values. */
  NDArray load(Parameter parameter) {
    Shape shape = new Shape(parameter.shape().stream().mapToLong(Dim::size).toArray());
    if (parameter.sources().isEmpty()) {
      return manager.full(shape, parameter.constant(), DataType.FLOAT32);
    }
    NDArray array = manager.create(shape, DataType.FLOAT32);
    long start = 0;
    try (NDManager views = manager.newSubManager()) {
      array.tempAttach(views);
      NDArray flat = array.flatten();
      for (Parameter.Source source : parameter.sources()) {
        long elements = source.shape().stream().mapToLong(Dim::size).reduce(1, Math::multiplyExact);
        NDArray target = flat.get(new NDIndex().addSliceDim(start, start + elements));
        fill(target, source, parameter.constant());
        start += elements;
      }
    }
    return array;
  }

  private void fill(NDArray target, Parameter.Source source, float added) {
    Stored tensor = stored.get(source.tensor());
    long rows = source.shape().get(0).size();
    long columns = tensor.tensor().elements() / rows;
    if (source.order() instanceof Parameter.Order.Transposed) {
      fillTransposed(target.reshape(columns, rows), tensor, rows, columns, added);
    } else if (source.order() instanceof Parameter.Order.HeadsOutermost order) {
      long block = order.dHead() * columns;
      for (int head = 0; head < order.heads(); head++) {
        for (int part = 0; part < 3; part++) {
          long from = (head * 3L + part) * block;
          long to = ((long) part * order.heads() + head) * block;
          copy(target, to, tensor, from, block, added);
        }
      }
    } else {
      copy(target, 0, tensor, 0, tensor.tensor().elements(), added);
    }
  }

  /** Copies a run of elements that is contiguous on both sides. */
  private void copy(NDArray flat, long to, Stored tensor, long from, long count, float added) {
    for (long done = 0; done < count; done += PIECE) {
      int length = (int) Math.min(PIECE, count - done);
      try (NDManager views = manager.newSubManager()) {
        NDArray values = read(views, tensor, from + done, new Shape(length), added);
        flat.set(new NDIndex().addSliceDim(to + done, to + done + length), values);
      }
    }
  }

  /**
   * Copies [rows, columns] of the file into [columns, rows], as many whole rows at a time as the
   * buffer holds.
   */
  private void fillTransposed(NDArray target, Stored tensor, long rows, long columns, float added) {
    int width = (int) Math.min(columns, PIECE);
    int height = Math.max(1, PIECE / width);
    for (long row = 0; row < rows; row += height) {
      long rowEnd = Math.min(rows, row + height);
      for (long column = 0; column < columns; column += width) {
        long columnEnd = Math.min(columns, column + width);
        try (NDManager views = manager.newSubManager()) {
          Shape shape = new Shape(rowEnd - row, columnEnd - column);
          NDArray values = read(views, tensor, row * columns + column, shape, added);
          target.set(
              new NDIndex().addSliceDim(column, columnEnd).addSliceDim(row, rowEnd),
              values.transpose());
        }
      }
    }
  }

  private NDArray read(NDManager views, Stored tensor, long first, Shape shape, float added) {
    ByteBuffer bytes = piece.clear().limit((int) shape.size() * Float.BYTES);
    tensor
        .file()
        .read(tensor.tensor(), first, bytes.order(ByteOrder.nativeOrder()).asFloatBuffer());
    NDArray values = views.create(bytes, shape, DataType.FLOAT32);
    return added == 0 ? values : values.addi(added);
  }
}
