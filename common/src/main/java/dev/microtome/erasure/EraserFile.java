package dev.microtome.erasure;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.ModelIdentity;
import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

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
 * <p>Erasers that need labels have the metadata {@code CONCEPT.targets}, JSON, with the columns of
 * labels and their classes in the order of z. Of an oracle {@code CONCEPT.coefficients} [d, k] and
 * {@code CONCEPT.mean_z} [k]; with z [n, k], one-hot or real:
 *
 * <pre>{@code
 * coefficients, mean_z = e["gender.coefficients"], e["gender.mean_z"]
 * erased = x - (z - mean_z) @ coefficients.T
 * }</pre>
 *
 * <p>Of a quadratic eraser {@code CONCEPT.transports} [k, d, d], {@code CONCEPT.class_means} [k, d]
 * and {@code CONCEPT.mean} [d]; with c [n] the number of each row's class:
 *
 * <pre>{@code
 * maps, means, mean = (e["gender." + name] for name in ("transports", "class_means", "mean"))
 * erased = np.einsum("nij,nj->ni", maps[c], x - means[c]) + mean
 * }</pre>
 *
 * <p>The metadata {@code hook} names the hook point, {@code model}, {@code model_sha256} and, of a
 * checkpoint, {@code model_checkpoint} the model whose activations the erasers were fitted to.
 *
 * @param hook address of the hook point the erasers are for
 * @param model whose activations they were fitted to; empty where that is not known
 * @param erasers by concept, of activations alone
 * @param labelled by concept, of activations with labels
 */
public record EraserFile(
    String hook,
    Optional<ModelIdentity> model,
    Map<String, LeaceEraser> erasers,
    Map<String, LabelledErasure> labelled) {
  private static final String HOOK = "hook";
  private static final String LEFT = ".proj_left";
  private static final String RIGHT = ".proj_right";
  private static final String BIAS = ".bias";

  public EraserFile {
    erasers = Map.copyOf(erasers);
    labelled = Map.copyOf(labelled);
  }

  /** Erasers of activations alone, of no known model. */
  public EraserFile(String hook, Map<String, LeaceEraser> erasers) {
    this(hook, Optional.empty(), erasers, Map.of());
  }

  /** The concepts in alphabetical order. */
  public Set<String> concepts() {
    Set<String> concepts = new TreeSet<>(erasers.keySet());
    concepts.addAll(labelled.keySet());
    return concepts;
  }

  /** Writes the file, concepts in alphabetical order. */
  public void write(Path file) throws IOException {
    SafetensorsWriter writer =
        new SafetensorsWriter().metadata("format", "pt").metadata(HOOK, hook);
    model.ifPresent(known -> known.metadata().forEach(writer::metadata));
    Map<String, LeaceEraser> ordered = new TreeMap<>(erasers);
    ordered.forEach(
        (concept, eraser) ->
            writer
                .tensor(concept + LEFT, Dtype.F64, eraser.dimensions(), eraser.rank())
                .tensor(concept + RIGHT, Dtype.F64, eraser.rank(), eraser.dimensions())
                .tensor(concept + BIAS, Dtype.F64, eraser.dimensions()));
    Map<String, LabelledErasure> orderedLabelled = new TreeMap<>(labelled);
    orderedLabelled.values().forEach(erasure -> LabelledTensors.declare(writer, erasure));
    writer.write(
        file,
        out -> {
          for (LeaceEraser eraser : ordered.values()) {
            out.doubles(eraser.left().toArray());
            out.doubles(eraser.right().toArray());
            out.doubles(eraser.bias());
          }
          for (LabelledErasure erasure : orderedLabelled.values()) {
            LabelledTensors.write(out, erasure.eraser());
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
      List<String> concepts = concepts(file, LEFT);
      List<String> labelled = new ArrayList<>();
      for (String suffix : LabelledTensors.FIRST_TENSORS) {
        labelled.addAll(concepts(file, suffix));
      }
      if (hook == null || (concepts.isEmpty() && labelled.isEmpty())) {
        throw new InputException(
            "%s is no file of erasers: expected the metadata '%s' and tensors CONCEPT%s"
                .formatted(path, HOOK, LEFT));
      }
      return new EraserFile(
          hook,
          ModelIdentity.of(file.metadata()),
          read(file, concepts, EraserFile::projection),
          read(file, labelled, LabelledTensors::read));
    }
  }

  private static List<String> concepts(Safetensors file, String suffix) {
    return file.names().stream()
        .filter(name -> name.endsWith(suffix))
        .map(name -> name.substring(0, name.length() - suffix.length()))
        .toList();
  }

  private static <E> Map<String, E> read(
      Safetensors file, List<String> concepts, BiFunction<Safetensors, String, E> reader) {
    Map<String, E> erasers = new TreeMap<>();
    for (String concept : concepts) {
      erasers.put(concept, read(file, concept, reader));
    }
    return erasers;
  }

  private static LeaceEraser projection(Safetensors file, String concept) {
    return new LeaceEraser(
        new FactoredMatrix(matrix(file, concept + LEFT), matrix(file, concept + RIGHT)),
        file.doubles(concept + BIAS));
  }

  private static <E> E read(
      Safetensors file, String concept, BiFunction<Safetensors, String, E> reader) {
    try {
      return reader.apply(file, concept);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: concept '%s': %s".formatted(file.file(), concept, e.getMessage()), e);
    }
  }

  static Matrix matrix(Safetensors file, String name) {
    List<Long> shape = file.tensor(name).shape();
    if (shape.size() != 2) {
      throw new InputException(
          "%s: tensor '%s' has shape %s, expected two sizes".formatted(file.file(), name, shape));
    }
    return Matrix.of(
        Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), file.doubles(name));
  }
}
