package dev.microtome.circuits;

import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.model.load.Safetensors;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;

/** The golden attention-only model: 2 layers of 4 heads, dModel 24, dHead 6, 40 tokens. */
public final class FrameworkModel {
  private FrameworkModel() {}

  public static ModelWeights weights(NDManager manager) {
    return ModelWeights.load(ModelFiles.open(folder("framework")), manager);
  }

  /** What TransformerLens and plain algebra make of it. */
  public static Safetensors golden() {
    return Safetensors.open(folder("framework").resolve("framework.safetensors"));
  }

  /** A folder below golden in the test resources. */
  public static Path folder(String name) {
    try {
      return Path.of(FrameworkModel.class.getResource("/golden/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The last two axes of a golden tensor at indices of those before. */
  public static Matrix matrix(Safetensors golden, String name, int... indices) {
    long[] shape = golden.tensor(name).shape().stream().mapToLong(Long::longValue).toArray();
    int rows = (int) shape[shape.length - 2];
    int columns = (int) shape[shape.length - 1];
    int block = index(shape, indices) * rows * columns;
    return Matrix.of(
        rows, columns, Arrays.copyOfRange(golden.doubles(name), block, block + rows * columns));
  }

  /** One number of a golden tensor. */
  public static double value(Safetensors golden, String name, int... indices) {
    long[] shape = golden.tensor(name).shape().stream().mapToLong(Long::longValue).toArray();
    return golden.doubles(name)[index(shape, indices)];
  }

  /** The tokens of a golden row. */
  public static int[] tokens(Safetensors golden, String name, int row) {
    int length = golden.tensor(name).shape().get(1).intValue();
    return LongStream.of(golden.longs(name))
        .skip((long) row * length)
        .limit(length)
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  private static int index(long[] shape, int[] indices) {
    int index = 0;
    for (int axis = 0; axis < indices.length; axis++) {
      index = index * (int) shape[axis] + indices[axis];
    }
    return index;
  }
}
