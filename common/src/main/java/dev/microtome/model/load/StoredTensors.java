package dev.microtome.model.load;

import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All tensors of a model folder's open files, under their modern names, checked against the
 * parameters they are to fill.
 */
final class StoredTensors implements AutoCloseable {
  /** More names than this make a message no easier to act on. */
  private static final int MOST_NAMED = 5;

  private static final Set<String> HEADS = Set.of("lm_head.", "embed_out.", "cls.");

  private final ModelFiles files;
  private final List<Safetensors> open = new ArrayList<>();
  private final Map<String, Stored> tensors = new HashMap<>();

  /** A tensor and the file it lies in. */
  record Stored(Safetensors file, Tensor tensor) {}

  private StoredTensors(ModelFiles files) {
    this.files = files;
  }

  static StoredTensors open(ModelFiles files) {
    StoredTensors stored = new StoredTensors(files);
    try {
      for (String shard : files.shards()) {
        stored.addShard(shard);
      }
      stored.checkIndex();
      stored.check(files.blueprint());
      return stored;
    } catch (RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  /** The tensor a parameter's source names; it exists. */
  Stored get(String modernName) {
    Stored stored = tensors.get(modernName);
    if (stored == null) {
      throw new IllegalArgumentException("no tensor '%s'".formatted(modernName));
    }
    return stored;
  }

  private void addShard(String shard) {
    Safetensors file = Safetensors.open(files.folder().resolve(shard));
    open.add(file);
    for (Tensor tensor : file.tensors().values()) {
      String modern = files.architecture().modernName(tensor.name());
      if (files.architecture().ignores(modern)) {
        continue;
      }
      Stored before = tensors.putIfAbsent(modern, new Stored(file, tensor));
      if (before != null) {
        throw new InputException(
            "%s: tensor '%s' is stored a second time, first as '%s' in %s"
                .formatted(
                    file.file(),
                    Json.shorten(tensor.name()),
                    Json.shorten(before.tensor().name()),
                    before.file().file()));
      }
    }
  }

  /**
   * The index and the shards must tell the same story: a tensor in the wrong file is a mixed-up
   * download.
   */
  private void checkIndex() {
    if (files.shardOfTensor().isEmpty()) {
      return;
    }
    Map<String, Safetensors> shards = new HashMap<>();
    for (int i = 0; i < open.size(); i++) {
      shards.put(files.shards().get(i), open.get(i));
    }
    shards.forEach(
        (shard, file) -> {
          for (String name : file.names()) {
            String indexed = files.shardOfTensor().get(name);
            if (!shard.equals(indexed)) {
              throw new InputException(
                  "%s holds tensor '%s', the index puts it in %s"
                      .formatted(
                          file.file(), Json.shorten(name), indexed == null ? "no file" : indexed));
            }
          }
        });
    files
        .shardOfTensor()
        .forEach(
            (name, shard) -> {
              if (!shards.get(shard).tensors().containsKey(name)) {
                throw new InputException(
                    "%s has no tensor '%s', the index puts it there"
                        .formatted(shards.get(shard).file(), Json.shorten(name)));
              }
            });
  }

  private void check(Blueprint blueprint) {
    Set<String> missing = new TreeSet<>();
    Set<String> known = new HashSet<>();
    blueprint
        .copies()
        .forEach(
            (copy, original) -> {
              // Writers that drop one of two equal tensors do not always drop the copy.
              if (tensors.containsKey(copy)) {
                tensors.putIfAbsent(original, tensors.get(copy));
              }
              known.add(copy);
            });
    for (Parameter parameter : blueprint.parameters()) {
      for (Parameter.Source source : parameter.sources()) {
        known.add(source.tensor());
        if (tensors.containsKey(source.tensor())) {
          check(source);
        } else {
          missing.add(nameInFile(source.tensor()));
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new InputException(
          "%s lacks %s, which config.json asks for".formatted(where(), listed(missing)));
    }
    Set<String> extra = new TreeSet<>();
    tensors.forEach(
        (name, stored) -> {
          if (!known.contains(name)) {
            extra.add(stored.tensor().name());
          }
        });
    if (!extra.isEmpty()) {
      throw new InputException(
          "%s holds %s, which a %s model of this config.json does not have"
              .formatted(where(), listed(extra), files.architecture().modelType()));
    }
    blueprint
        .copies()
        .forEach(
            (copy, original) -> {
              if (tensors.containsKey(copy)) {
                checkEqual(tensors.get(copy), tensors.get(original));
              }
            });
  }

  /** What a tensor that is not there would be called beside those that are. */
  private String nameInFile(String modern) {
    String first = modern.substring(0, modern.indexOf('.') + 1);
    return prefixes(first)
        .findFirst()
        // Heads stand beside the model that the others' prefix names.
        .or(() -> HEADS.contains(first) ? Optional.empty() : prefixes("").findFirst())
        .map(prefix -> prefix + modern)
        .orElse(modern);
  }

  /** What the file puts before the names of tensors that begin so, the longest first. */
  private Stream<String> prefixes(String first) {
    return tensors.entrySet().stream()
        .filter(each -> each.getKey().startsWith(first))
        .filter(each -> each.getValue().tensor().name().endsWith(each.getKey()))
        .map(
            each -> {
              String name = each.getValue().tensor().name();
              return name.substring(0, name.length() - each.getKey().length());
            })
        .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(prefix -> prefix));
  }

  private static void check(Stored stored, Parameter.Source source) {
    List<Long> expected = source.shape().stream().map(Dim::size).toList();
    Tensor tensor = stored.tensor();
    if (!tensor.shape().equals(expected)) {
      throw new InputException(
          "Shape of %s is %s in %s, config.json implies %s (%s)"
              .formatted(
                  tensor.name(),
                  tensor.shape(),
                  stored.file().file(),
                  expected,
                  String.join("; ", source.shape().stream().map(Dim::origin).toList())));
    }
    if (!tensor.dtype().isFloat()) {
      throw new InputException(
          "Tensor %s in %s is %s, expected F32, F16, BF16 or F64: quantised weights are not supported"
              .formatted(tensor.name(), stored.file().file(), tensor.dtype()));
    }
  }

  private void check(Parameter.Source source) {
    check(tensors.get(source.tensor()), source);
  }

  /**
   * Tied tensors that were stored twice and differ are refused: transformers 4 took the embedding
   * for both, transformers 5 takes each as it is.
   */
  private static void checkEqual(Stored copy, Stored original) {
    if (!FloatComparison.equal(copy, original)) {
      throw new InputException(
          "%s: tensors '%s' and '%s' are tied by config.json but their values differ; set tie_word_embeddings = false to use both"
              .formatted(copy.file().file(), copy.tensor().name(), original.tensor().name()));
    }
  }

  private Object where() {
    return open.size() == 1 ? open.get(0).file() : files.folder();
  }

  private static String listed(Set<String> names) {
    String first =
        String.join(
            ", ",
            names.stream().limit(MOST_NAMED).map(name -> "'" + Json.shorten(name) + "'").toList());
    String noun = names.size() == 1 ? "the tensor " : names.size() + " tensors: ";
    return noun + first + (names.size() > MOST_NAMED ? ", …" : "");
  }

  @Override
  public void close() {
    open.forEach(Safetensors::close);
  }
}
