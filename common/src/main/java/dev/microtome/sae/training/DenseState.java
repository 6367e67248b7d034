package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A training between two steps, as a safetensors file: {@code parameter.<name>}, {@code
 * optimizer.<sum>.<name>} and {@code idle}, the steps each feature has not fired, in float32; the
 * metadata have the numbers and the recipe.
 */
final class DenseState implements AutoCloseable {
  private final Safetensors file;

  private DenseState(Safetensors file) {
    this.file = file;
  }

  /** Writes a state. */
  static void write(
      Path file,
      SaeRecipe recipe,
      Map<String, String> numbers,
      Map<String, NDArray> tensors,
      int[] idle) {
    SafetensorsWriter writer = new SafetensorsWriter().metadata("recipe", recipe.toString());
    numbers.forEach(writer::metadata);
    tensors.forEach((name, array) -> writer.floats(name, array.getShape().getShape()));
    writer.floats("idle", idle.length);
    float[] steps = new float[idle.length];
    for (int i = 0; i < idle.length; i++) {
      // Exact up to 2^24 steps, far beyond any window.
      steps[i] = Math.min(idle[i], 1 << 24);
    }
    try {
      writer.write(
          file,
          out -> {
            for (NDArray array : tensors.values()) {
              out.floats(array.toFloatArray());
            }
            out.floats(steps);
          });
    } catch (IOException e) {
      throw new InputException("Training state %s cannot be written: %s".formatted(file, e), e);
    }
  }

  /** Opens a state of that recipe. */
  static DenseState open(Path file, SaeRecipe recipe) {
    Safetensors stored = Safetensors.open(file);
    String written = stored.metadata().get("recipe");
    if (!recipe.toString().equals(written)) {
      stored.close();
      throw new InputException(
          "%s is of another training: %s, expected %s".formatted(file, written, recipe));
    }
    return new DenseState(stored);
  }

  String number(String name) {
    return file.metadata().get(name);
  }

  /** Sets arrays to what is stored for them. */
  void fill(Map<String, NDArray> tensors) {
    tensors.forEach(
        (name, array) -> {
          List<Long> expected = Arrays.stream(array.getShape().getShape()).boxed().toList();
          if (!file.tensor(name).shape().equals(expected)) {
            throw new InputException(
                "%s: tensor '%s' is %s, expected %s"
                    .formatted(file.file(), name, file.tensor(name).shape(), expected));
          }
          try (NDArray stored = array.getManager().create(file.floats(name), array.getShape())) {
            DenseKernels.setInPlace(array, stored);
          }
        });
  }

  void fill(int[] idle) {
    float[] steps = file.floats("idle");
    for (int i = 0; i < idle.length; i++) {
      idle[i] = (int) steps[i];
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
