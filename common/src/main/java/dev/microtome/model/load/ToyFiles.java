package dev.microtome.model.load;

import ai.djl.ndarray.NDArray;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes toy model folders: {@code config.json} and {@code model.safetensors} in float32, which
 * {@link ModelFiles} opens and TransformerLens's state dictionaries match by name and shape.
 */
public final class ToyFiles {
  private ToyFiles() {}

  /**
   * Writes a model that lies in memory as {@link dev.microtome.model.HookedTransformer#of} takes
   * it. The same values give the same bytes.
   *
   * @param folder is created; files of an earlier model are replaced
   * @param parameters float32, named and laid out as {@link ModelWeights} says; a tied model may
   *     name {@code unembed.W_U} as well, which must be {@code embed.W_E}
   * @throws IllegalArgumentException if a parameter is missing, not the model's, or of another type
   *     or shape
   * @throws InputException if the files cannot be written
   */
  public static void write(Path folder, ToyConfig config, Map<String, NDArray> parameters) {
    StoredModel model = StoredModel.of(folder, config.json());
    Map<String, float[]> values = values(model.blueprint(), parameters);
    try {
      model.writeParameters(folder, values);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /**
   * Writes a model of the tensors that the file is to hold, under TransformerLens's names.
   *
   * @param folder is created; files of an earlier model are replaced
   * @param tensors row-major, such as {@code blocks.0.attn.W_Q} [head, dModel, dHead]
   * @throws IllegalArgumentException if a tensor is missing, not the model's, or of another length
   * @throws InputException if the files cannot be written
   */
  public static void writeTensors(Path folder, ToyConfig config, Map<String, float[]> tensors) {
    try {
      StoredModel.of(folder, config.json()).writeTensors(folder, tensors);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /** The values of every parameter, those that are another one under a second name left out. */
  static Map<String, float[]> values(Blueprint blueprint, Map<String, NDArray> parameters) {
    Map<String, float[]> values = new HashMap<>();
    for (Parameter parameter : blueprint.parameters()) {
      NDArray array = parameters.get(parameter.name());
      if (array != null) {
        values.put(
            parameter.name(), StoredModel.values(parameter.name(), array, parameter.shape()));
      }
    }
    parameters.forEach(
        (name, array) -> {
          String original = blueprint.shared().get(name);
          if (original == null && !values.containsKey(name)) {
            throw new IllegalArgumentException("'%s' is not one of the model's".formatted(name));
          }
          if (original != null
              && array != parameters.get(original)
              && !Arrays.equals(array.toFloatArray(), values.get(original))) {
            throw new IllegalArgumentException(
                "'%s' differs from '%s', to which it is tied".formatted(name, original));
          }
        });
    return values;
  }

  static InputException unwritable(Path folder, IOException e) {
    return new InputException("Model folder %s cannot be written: %s".formatted(folder, e), e);
  }
}
