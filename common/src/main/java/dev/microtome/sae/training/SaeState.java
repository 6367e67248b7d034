package dev.microtome.sae.training;

import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.model.load.Tensor;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training between two steps, as a safetensors file: {@code parameter.<name>} and {@code
 * optimizer.<sum>.<name>} in float32, encoder and decoder as a row a feature; {@code
 * tokens_since_fired}; {@code counters} of the optimiser in float64. The metadata have the step,
 * the tokens and the recipe.
 */
final class SaeState implements AutoCloseable {
  private static final String PARAMETER = "parameter.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String FIRED = "tokens_since_fired";
  private static final String COUNTERS = "counters";

  private final Safetensors file;

  private SaeState(Safetensors file) {
    this.file = file;
  }

  static void write(
      Path file,
      SaeTrainingSettings settings,
      long step,
      long tokens,
      TopKParameters parameters,
      RowRule rule,
      long[] sinceFired) {
    Map<String, float[][]> tensors = tensors(parameters, rule);
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .metadata("step", Long.toString(step))
            .metadata("tokens", Long.toString(tokens))
            .metadata("settings", settings.toString());
    tensors.forEach((name, rows) -> writer.floats(name, rows.length, rows[0].length));
    double[] counters = rule.counters();
    writer.tensor(FIRED, Dtype.I64, sinceFired.length);
    writer.tensor(COUNTERS, Dtype.F64, counters.length);
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      writer.write(
          partial,
          out -> {
            for (float[][] rows : tensors.values()) {
              for (float[] row : rows) {
                out.floats(row);
              }
            }
            out.longs(sinceFired).doubles(counters);
          });
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new InputException("Training state %s cannot be written: %s".formatted(file, e), e);
    }
  }

  private static Map<String, float[][]> tensors(TopKParameters parameters, RowRule rule) {
    Map<String, float[][]> tensors = new LinkedHashMap<>();
    parameters.all().forEach((name, rows) -> tensors.put(PARAMETER + name, rows));
    rule.sums().forEach((name, rows) -> tensors.put(OPTIMIZER + name, rows));
    return tensors;
  }

  static SaeState open(Path file, SaeTrainingSettings settings) {
    Safetensors opened = Safetensors.open(file);
    String written = opened.metadata().get("settings");
    if (!settings.toString().equals(written)) {
      opened.close();
      throw new InputException(
          "%s is of another training: %s, expected %s".formatted(file, written, settings));
    }
    return new SaeState(opened);
  }

  long step() {
    return Long.parseLong(file.metadata().get("step"));
  }

  long tokens() {
    return Long.parseLong(file.metadata().get("tokens"));
  }

  long[] sinceFired() {
    return file.longs(FIRED);
  }

  void fillParameters(TopKParameters parameters) {
    parameters.all().forEach((name, rows) -> fill(PARAMETER + name, rows));
  }

  void fillSums(RowRule rule) {
    rule.sums().forEach((name, rows) -> fill(OPTIMIZER + name, rows));
    rule.resume(file.doubles(COUNTERS));
  }

  private void fill(String name, float[][] rows) {
    Tensor tensor = file.tensor(name);
    List<Long> expected = List.of((long) rows.length, (long) rows[0].length);
    if (!tensor.shape().equals(expected)) {
      throw new InputException(
          "%s: tensor '%s' is %s, expected %s"
              .formatted(file.file(), name, tensor.shape(), expected));
    }
    for (int i = 0; i < rows.length; i++) {
      file.read(tensor, (long) i * rows[0].length, FloatBuffer.wrap(rows[i]));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
