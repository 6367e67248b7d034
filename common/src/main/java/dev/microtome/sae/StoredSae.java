package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.load.Json;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.model.load.Tensor;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An SAE's tensors in a safetensors file: checked against shapes, and moved a piece at a time. */
final class StoredSae {
  /** Elements of an array that one buffer shows, 64 MB. */
  private static final int WINDOW = 1 << 24;

  private StoredSae() {}

  /**
   * Checks that a file has these tensors and no others.
   *
   * @throws InputException if not, naming the tensor
   */
  static void check(Safetensors file, Map<String, Shape> expected) {
    Set<String> missing = new TreeSet<>(expected.keySet());
    missing.removeAll(file.names());
    if (!missing.isEmpty()) {
      throw new InputException(
          "%s lacks the tensors %s, which cfg.json asks for".formatted(file.file(), missing));
    }
    for (String name : file.names()) {
      Tensor tensor = file.tensor(name);
      Shape shape = expected.get(name);
      if (shape == null) {
        throw new InputException(
            "%s holds the tensor '%s', which an SAE of this cfg.json does not have"
                .formatted(file.file(), Json.shorten(name)));
      }
      List<Long> sizes = Arrays.stream(shape.getShape()).boxed().toList();
      if (!tensor.shape().equals(sizes)) {
        throw new InputException(
            "Shape of %s is %s in %s, cfg.json implies %s"
                .formatted(name, tensor.shape(), file.file(), sizes));
      }
      if (!tensor.dtype().isFloat()) {
        throw new InputException(
            "Tensor %s in %s is %s, expected F32, F16, BF16 or F64"
                .formatted(name, file.file(), tensor.dtype()));
      }
    }
  }

  /**
   * A tensor as a float32 array.
   *
   * @throws InputException if an element is not finite
   */
  static NDArray load(Safetensors file, String name, NDManager memory) {
    Tensor tensor = file.tensor(name);
    NDArray array =
        memory.create(
            new Shape(tensor.shape().stream().mapToLong(size -> size).toArray()), DataType.FLOAT32);
    pieces(array, (first, piece) -> file.read(tensor, first, piece));
    long notFinite = SaeKernels.notFinite(memory, array);
    if (notFinite > 0) {
      throw new InputException(
          "Tensor %s in %s has %d elements that are NaN or infinite"
              .formatted(name, file.file(), notFinite));
    }
    return array;
  }

  /** Appends the values of an array to a file that is being written. */
  static void store(NDArray array, SafetensorsWriter.Sink out) throws IOException {
    try {
      pieces(
          array,
          (first, piece) -> {
            try {
              out.floats(piece);
            } catch (IOException e) {
              throw new Unwritable(e);
            }
          });
    } catch (Unwritable e) {
      throw e.reason;
    }
  }

  /** Shows an array's memory from the first element to the last. */
  static void pieces(NDArray array, Piece use) {
    try (NDManager views = array.getManager().newSubManager()) {
      NDArray flat = array.flatten();
      flat.attach(views);
      long size = array.size();
      for (long first = 0; first < size; first += WINDOW) {
        try (NDManager slices = views.newSubManager()) {
          NDIndex range = new NDIndex().addSliceDim(first, Math.min(size, first + WINDOW));
          use.take(first, flat.get(slices, range).toByteBuffer(true).asFloatBuffer());
        }
      }
    }
  }

  /** Takes the memory of some elements. */
  @FunctionalInterface
  interface Piece {
    void take(long first, FloatBuffer piece);
  }

  /** Carries a writer's failure out of a {@link Piece}. */
  private static final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient IOException reason;

    Unwritable(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }
}
