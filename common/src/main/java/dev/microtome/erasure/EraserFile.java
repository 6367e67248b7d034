package dev.microtome.erasure;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The erasers of one hook point as a safetensors file: for each concept {@code CONCEPT.proj_left}
 * [d, rank], {@code CONCEPT.proj_right} [rank, d] and {@code CONCEPT.bias} [d], float64. In numpy:
 *
 * <pre>{@code
 * e = safetensors.numpy.load_file("erasers/blocks.0.hook_resid_post.safetensors")
 * left, right, bias = (e["gender." + name] for name in ("proj_left", "proj_right", "bias"))
 * erased = x - (x - bias) @ right.T @ left.T
 * }</pre>
 *
 * @param hook address of the hook point the erasers are for
 * @param erasers by concept
 */
public record EraserFile(String hook, Map<String, LeaceEraser> erasers) {
  private static final String HOOK = "hook";
  private static final String LEFT = ".proj_left";
  private static final String RIGHT = ".proj_right";
  private static final String BIAS = ".bias";

  public EraserFile {
    erasers = Map.copyOf(erasers);
  }

  /** Writes the file, concepts in alphabetical order. */
  public void write(Path file) throws IOException {
    SafetensorsWriter writer =
        new SafetensorsWriter().metadata("format", "pt").metadata(HOOK, hook);
    Map<String, LeaceEraser> ordered = new TreeMap<>(erasers);
    ordered.forEach(
        (concept, eraser) ->
            writer
                .tensor(concept + LEFT, Dtype.F64, eraser.dimensions(), eraser.rank())
                .tensor(concept + RIGHT, Dtype.F64, eraser.rank(), eraser.dimensions())
                .tensor(concept + BIAS, Dtype.F64, eraser.dimensions()));
    writer.write(
        file,
        out -> {
          for (LeaceEraser eraser : ordered.values()) {
            out.doubles(eraser.left().toArray());
            out.doubles(eraser.right().toArray());
            out.doubles(eraser.bias());
          }
        });
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it is not one of erasers
   */
  public static EraserFile read(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      String hook = file.metadata().get(HOOK);
      List<String> concepts =
          file.names().stream()
              .filter(name -> name.endsWith(LEFT))
              .map(name -> name.substring(0, name.length() - LEFT.length()))
              .toList();
      if (hook == null || concepts.isEmpty()) {
        throw new InputException(
            "%s is no file of erasers: expected the metadata '%s' and tensors CONCEPT%s"
                .formatted(path, HOOK, LEFT));
      }
      return new EraserFile(
          hook,
          concepts.stream().collect(Collectors.toMap(name -> name, name -> read(file, name))));
    }
  }

  private static LeaceEraser read(Safetensors file, String concept) {
    try {
      return new LeaceEraser(
          new FactoredMatrix(matrix(file, concept + LEFT), matrix(file, concept + RIGHT)),
          file.doubles(concept + BIAS));
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: concept '%s': %s".formatted(file.file(), concept, e.getMessage()), e);
    }
  }

  private static Matrix matrix(Safetensors file, String name) {
    List<Long> shape = file.tensor(name).shape();
    if (shape.size() != 2) {
      throw new InputException(
          "%s: tensor '%s' has shape %s, expected two sizes".formatted(file.file(), name, shape));
    }
    return Matrix.of(
        Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), file.doubles(name));
  }
}
