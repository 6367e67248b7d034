package dev.microtome.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training between two steps, as a safetensors file: {@code parameter.<name>} and {@code
 * optimizer.<sum>.<name>} in float32; the metadata have the step, the architecture and the recipe.
 */
final class TrainingState implements AutoCloseable {
  private static final String PARAMETER = "parameter.";
  private static final String OPTIMIZER = "optimizer.";

  private final Safetensors file;

  private TrainingState(Safetensors file) {
    this.file = file;
  }

  static void write(
      Path file,
      long step,
      ToyConfig config,
      TrainingSettings settings,
      Map<String, NDArray> parameters,
      Map<String, NDArray> sums) {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    parameters.forEach((name, array) -> tensors.put(PARAMETER + name, array));
    sums.forEach((name, array) -> tensors.put(OPTIMIZER + name, array));
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .metadata("step", Long.toString(step))
            .metadata("architecture", config.toString())
            .metadata("settings", settings.toString());
    tensors.forEach((name, array) -> writer.floats(name, array.getShape().getShape()));
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      writer.write(
          partial,
          out -> {
            for (NDArray array : tensors.values()) {
              out.floats(array.toFloatArray());
            }
          });
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new InputException("Training state %s cannot be written: %s".formatted(file, e), e);
    }
  }

  static TrainingState open(Path file) {
    return new TrainingState(Safetensors.open(file));
  }

  /** The number of steps done with that architecture by that recipe. */
  long step(ToyConfig config, TrainingSettings settings) {
    requireWritten("architecture", config.toString());
    requireWritten("settings", settings.toString());
    return Long.parseLong(file.metadata().get("step"));
  }

  private void requireWritten(String key, String expected) {
    String written = file.metadata().get(key);
    if (!expected.equals(written)) {
      throw new InputException(
          "%s is of another training: %s, expected %s".formatted(file.file(), written, expected));
    }
  }

  float[] parameter(String name, Shape shape) {
    return floats(PARAMETER + name, shape);
  }

  /** Sets arrays to the values stored for them. */
  void fill(Map<String, NDArray> sums) {
    sums.forEach(
        (name, array) -> {
          try (NDArray stored =
              array
                  .getManager()
                  .create(floats(OPTIMIZER + name, array.getShape()), array.getShape())) {
            stored.copyTo(array);
          }
        });
  }

  private float[] floats(String name, Shape shape) {
    List<Long> expected = Arrays.stream(shape.getShape()).boxed().toList();
    List<Long> found = file.tensor(name).shape();
    if (!found.equals(expected)) {
      throw new InputException(
          "%s: tensor '%s' is %s, the model's is %s".formatted(file.file(), name, found, expected));
    }
    return file.floats(name);
  }

  @Override
  public void close() {
    file.close();
  }
}
