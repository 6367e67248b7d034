package dev.microtome.model.load;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A model folder as it is written: config.json, and the tensors that the family's own {@link
 * Blueprint} would read back. Equal values give equal bytes.
 */
final class StoredModel {
  private final ObjectNode json;
  private final Blueprint blueprint;

  private StoredModel(ObjectNode json, Blueprint blueprint) {
    this.json = json;
    this.blueprint = blueprint;
  }

  /** The folder of a configuration, which is read as {@link ModelFiles} will read it. */
  static StoredModel of(Path folder, ObjectNode json) {
    ConfigJson config = new ConfigJson(folder.resolve("config.json"), json);
    return new StoredModel(json, Architectures.blueprint(Architectures.of(config), config));
  }

  Blueprint blueprint() {
    return blueprint;
  }

  /** Writes parameters of the common layout. */
  void writeParameters(Path folder, Map<String, float[]> parameters) throws IOException {
    checkNames(parameters, blueprint.parameters().stream().map(Parameter::name).toList());
    for (Parameter parameter : blueprint.parameters()) {
      checkLength(parameter.name(), parameter.elements(), parameters.get(parameter.name()));
    }
    write(
        folder,
        out -> {
          for (Parameter parameter : blueprint.parameters()) {
            float[] values = parameters.get(parameter.name());
            int start = 0;
            for (Parameter.Source source : parameter.sources()) {
              float[] stored = stored(source, values, start);
              out.floats(stored);
              start += stored.length;
            }
          }
        });
  }

  /** Writes tensors that lie as they are to be stored. */
  void writeTensors(Path folder, Map<String, float[]> tensors) throws IOException {
    List<Parameter.Source> sources =
        blueprint.parameters().stream().flatMap(each -> each.sources().stream()).toList();
    checkNames(tensors, sources.stream().map(Parameter.Source::tensor).toList());
    for (Parameter.Source source : sources) {
      checkLength(source.tensor(), source.elements(), tensors.get(source.tensor()));
    }
    write(
        folder,
        out -> {
          for (Parameter.Source source : sources) {
            out.floats(tensors.get(source.tensor()));
          }
        });
  }

  /** The configuration comes last: a folder without it is not taken for a model. */
  private void write(Path folder, SafetensorsWriter.Values values) throws IOException {
    Files.createDirectories(folder);
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    for (Parameter parameter : blueprint.parameters()) {
      for (Parameter.Source source : parameter.sources()) {
        long[] shape = source.shape().stream().mapToLong(Dim::size).toArray();
        writer.floats(source.tensor(), shape);
      }
    }
    writer.write(folder.resolve("model.safetensors"), values);
    Files.writeString(folder.resolve("config.json"), Json.indented(json));
  }

  /** The values of a native array, which must be float32 and of the shape that is expected. */
  static float[] values(String name, NDArray array, List<Dim> shape) {
    long[] expected = shape.stream().mapToLong(Dim::size).toArray();
    if (array.getDataType() != DataType.FLOAT32
        || !Arrays.equals(array.getShape().getShape(), expected)) {
      throw new IllegalArgumentException(
          "parameter '%s' is %s %s, expected float32 %s"
              .formatted(
                  name,
                  array.getDataType(),
                  Arrays.toString(array.getShape().getShape()),
                  Arrays.toString(expected)));
    }
    return array.toFloatArray();
  }

  private static void checkNames(Map<String, float[]> given, List<String> expected) {
    check(given.keySet().stream().toList(), expected::contains, "is not one of the model's");
    check(expected, given::containsKey, "is missing");
  }

  private static void check(List<String> names, Function<String, Boolean> known, String problem) {
    for (String name : names) {
      if (!known.apply(name)) {
        throw new IllegalArgumentException("'%s' %s".formatted(name, problem));
      }
    }
  }

  private static void checkLength(String name, long expected, float[] values) {
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "'%s' has %d values, expected %d".formatted(name, values.length, expected));
    }
  }

  /** What {@link ParameterLoader} undoes: a part of a parameter in the order of its tensor. */
  private static float[] stored(Parameter.Source source, float[] parameter, int start) {
    int elements = Math.toIntExact(source.elements());
    int first = source.shape().get(0).intSize();
    int last = source.shape().get(source.shape().size() - 1).intSize();
    if (source.order() instanceof Parameter.Order.Stored) {
      return Arrays.copyOfRange(parameter, start, start + elements);
    }
    float[] stored = new float[elements];
    if (source.order() instanceof Parameter.Order.Transposed) {
      transpose(parameter, start, stored, 0, elements / last, last);
    } else if (source.order() instanceof Parameter.Order.TransposedByHead) {
      int perHead = elements / first;
      for (int head = 0; head < first; head++) {
        transpose(parameter, start + head * perHead, stored, head * perHead, perHead / last, last);
      }
    } else {
      throw new IllegalArgumentException("'%s' cannot be written".formatted(source.tensor()));
    }
    return stored;
  }

  /** [columns, rows] of {@code from} to [rows, columns] of {@code to}. */
  private static void transpose(
      float[] from, int fromStart, float[] to, int toStart, int rows, int columns) {
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        to[toStart + row * columns + column] = from[fromStart + column * rows + row];
      }
    }
  }
}
