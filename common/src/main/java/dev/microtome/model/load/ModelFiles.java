package dev.microtome.model.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.ModelConfig;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A Hugging Face model folder on the local disk, checked as far as its names and its configuration
 * go: {@code config.json} and {@code model.safetensors}, or {@code model.safetensors.index.json}
 * with the shards it names.
 *
 * <p>The folder is hostile until checked: shards must lie directly inside it. Symbolic links may
 * only lead elsewhere in the folder, or, for a snapshot in Hugging Face's own cache ({@code
 * models--…/snapshots/…}), elsewhere in that model's cache.
 */
public final class ModelFiles {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";

  /** What else decides how text becomes tokens. */
  private static final List<String> COMPANIONS =
      List.of(TOKENIZER, "tokenizer_config.json", "special_tokens_map.json");

  private static final Pattern SHARD =
      Pattern.compile("[^._/\\\\\\p{Cntrl}][^/\\\\\\p{Cntrl}]*\\.safetensors");

  static final long MAX_CONFIG_BYTES = 4L << 20;
  private static final long MAX_INDEX_BYTES = 32L << 20;

  private final Path folder;
  private final Blueprint blueprint;
  private final Architecture architecture;
  private final Map<String, String> shardOfTensor;
  private final List<String> shards;

  private ModelFiles(
      Path folder,
      Architecture architecture,
      Blueprint blueprint,
      Map<String, String> shardOfTensor,
      List<String> shards) {
    this.folder = folder;
    this.architecture = architecture;
    this.blueprint = blueprint;
    this.shardOfTensor = shardOfTensor;
    this.shards = shards;
  }

  /**
   * Opens a folder. The weights are not read.
   *
   * @throws InputException if something is missing, lies outside the folder, or has a configuration
   *     that is not supported
   */
  public static ModelFiles open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          "Model folder %s does not exist or is not a folder".formatted(folder));
    }
    Path config = required(folder, CONFIG);
    ConfigJson json = new ConfigJson(config, Json.object(config, MAX_CONFIG_BYTES));
    Architecture architecture = Architectures.of(json);
    Blueprint blueprint = Architectures.blueprint(architecture, json);

    Map<String, String> shardOfTensor = Map.of();
    List<String> shards;
    // As in transformers, one whole file goes before an index.
    if (Files.exists(folder.resolve(WEIGHTS))) {
      shards = List.of(WEIGHTS);
    } else if (Files.exists(folder.resolve(INDEX))) {
      Path index = required(folder, INDEX);
      shardOfTensor = weightMap(index, Json.object(index, MAX_INDEX_BYTES));
      shards = List.copyOf(new TreeSet<>(shardOfTensor.values()));
    } else {
      throw new InputException(
          "Model folder %s has neither %s nor %s%s"
              .formatted(folder, WEIGHTS, INDEX, otherFormats(folder)));
    }
    shards.forEach(name -> required(folder, name));
    COMPANIONS.stream()
        .filter(name -> Files.exists(folder.resolve(name)))
        .forEach(name -> required(folder, name));
    return new ModelFiles(folder, architecture, blueprint, shardOfTensor, shards);
  }

  /**
   * What a config.json says a model is, whether or not weights lie beside it.
   *
   * @throws InputException if it is not a configuration that is supported
   */
  public static ModelConfig config(Path configJson) {
    ConfigJson json = new ConfigJson(configJson, Json.object(configJson, MAX_CONFIG_BYTES));
    return Architectures.blueprint(Architectures.of(json), json).config();
  }

  /** The folder as it was given. */
  public Path folder() {
    return folder;
  }

  /** What config.json says the model is. */
  public ModelConfig config() {
    return blueprint.config();
  }

  /** The folder's tokenizer.json, if it has one. */
  public Optional<Path> tokenizer() {
    Path tokenizer = folder.resolve(TOKENIZER);
    return Files.exists(tokenizer) ? Optional.of(tokenizer) : Optional.empty();
  }

  /** Elements of all parameters as config.json implies them; tied ones count once. */
  public long parameterCount() {
    return blueprint.parameters().stream().mapToLong(Parameter::elements).sum();
  }

  Blueprint blueprint() {
    return blueprint;
  }

  Architecture architecture() {
    return architecture;
  }

  /** Names of the files that hold the weights. */
  List<String> shards() {
    return shards;
  }

  /** Which file the index puts a tensor in; empty if there is no index. */
  Map<String, String> shardOfTensor() {
    return shardOfTensor;
  }

  private static Map<String, String> weightMap(Path index, ObjectNode json) {
    if (!(json.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
      throw new InputException("%s has no weight_map".formatted(index));
    }
    Map<String, String> shardOfTensor = new LinkedHashMap<>();
    map.properties()
        .forEach(
            entry ->
                shardOfTensor.put(
                    entry.getKey(), shardName(index, entry.getKey(), entry.getValue())));
    return shardOfTensor;
  }

  private static String shardName(Path index, String tensor, JsonNode value) {
    String name = value.isTextual() ? value.textValue() : value.toString();
    if (!value.isTextual() || !SHARD.matcher(name).matches()) {
      throw new InputException(
          "%s: tensor '%s' lies in '%s', expected the name of a .safetensors file directly inside the folder"
              .formatted(index, Json.shorten(tensor), Json.shorten(name)));
    }
    return name;
  }

  /** The file of that name, which must exist and, links followed, lie inside. */
  private static Path required(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      throw new InputException("Model folder %s has no %s".formatted(folder, name));
    }
    try {
      Path target = file.toRealPath();
      Path root = folder.toRealPath();
      Path parent = root.getParent();
      boolean snapshot =
          parent != null && parent.endsWith("snapshots") && parent.getParent() != null;
      if (!target.startsWith(root) && !(snapshot && target.startsWith(parent.getParent()))) {
        throw new InputException(
            "%s is a link to %s, outside of the model folder".formatted(file, target));
      }
      if (!Files.isRegularFile(target)) {
        throw new InputException("%s is not a file".formatted(file));
      }
    } catch (IOException e) {
      throw new InputException("%s cannot be read: %s".formatted(file, e), e);
    }
    return file;
  }

  /** A hint for a folder whose weights are there in a format that is never read. */
  private static String otherFormats(Path folder) {
    return Files.exists(folder.resolve("pytorch_model.bin"))
        ? "; pytorch_model.bin is a pickle, which can run code and is never read: save the model as safetensors"
        : "";
  }
}
