package dev.microtome.sae.training;

import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.model.load.Tensor;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What workers of one training share between rounds, as a safetensors file: {@code
 * parameter.<name>} in float32, {@code idle}, how long each feature has not fired, in int64; the
 * metadata have the threshold and the recipe. The optimiser's sums stay with the worker.
 */
final class SharedWeights implements AutoCloseable {
  static final String PARAMETER = "parameter.";
  private static final String IDLE = "idle";
  private static final String THRESHOLD = "threshold";
  private static final String RECIPE = "recipe";

  private final Safetensors file;

  private SharedWeights(Safetensors file) {
    this.file = file;
  }

  /** Declares a file of these parameters; their values are written in this order, then idle. */
  static SafetensorsWriter writer(
      SaeRecipe recipe, double threshold, Map<String, List<Long>> shapes, int features) {
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .metadata(RECIPE, recipe.toString())
            .metadata(THRESHOLD, Double.toString(threshold));
    shapes.forEach(
        (name, shape) ->
            writer.floats(PARAMETER + name, shape.stream().mapToLong(Long::longValue).toArray()));
    return writer.tensor(IDLE, Dtype.I64, features);
  }

  /** Writes what was declared. */
  static void write(Path file, SafetensorsWriter writer, SafetensorsWriter.Values values) {
    try {
      writer.write(file, values);
    } catch (IOException e) {
      throw new InputException("Shared weights %s cannot be written: %s".formatted(file, e), e);
    }
  }

  /** Opens shared weights of that recipe. */
  static SharedWeights open(Path file, SaeRecipe recipe) {
    Safetensors stored = Safetensors.open(file);
    String written = stored.metadata().get(RECIPE);
    if (!recipe.toString().equals(written)) {
      stored.close();
      throw new InputException(
          "%s is of another training: %s, expected %s".formatted(file, written, recipe));
    }
    return new SharedWeights(stored);
  }

  double threshold() {
    return Double.parseDouble(file.metadata().get(THRESHOLD));
  }

  long[] idle() {
    return file.longs(IDLE);
  }

  /** All values of a parameter. */
  float[] floats(String name) {
    return file.floats(PARAMETER + name);
  }

  /** Reads values of a parameter from one on. */
  void read(String name, long first, float[] target, int count) {
    file.read(file.tensor(PARAMETER + name), first, FloatBuffer.wrap(target, 0, count));
  }

  List<Long> shape(String name) {
    Tensor tensor = file.tensor(PARAMETER + name);
    return tensor.shape();
  }

  @Override
  public void close() {
    file.close();
  }
}
