package dev.microtome.model.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.Activation;
import dev.microtome.run.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A config.json being turned into a {@link dev.microtome.model.ModelConfig}. It remembers which
 * keys were asked for, so that {@link #refuseUnread} can name the ones nobody honoured. A key whose
 * value is null counts as absent, as in transformers.
 */
public final class ConfigJson {
  /** More layers than any published transformer; bounds what a hostile file makes us allocate. */
  static final int MAX_LAYERS = 10_000;

  static final int MAX_HEADS = 65_536;
  static final int MAX_HEAD_WIDTH = 65_536;
  static final int MAX_WIDTH = 16_777_216;

  private static final Map<String, Activation> ACTIVATIONS =
      Map.of(
          "gelu", Activation.GELU,
          "gelu_python", Activation.GELU,
          "gelu_new", Activation.GELU_TANH,
          "gelu_fast", Activation.GELU_TANH,
          "gelu_pytorch_tanh", Activation.GELU_TANH,
          "gelu_accurate", Activation.GELU_TANH,
          "relu", Activation.RELU,
          "silu", Activation.SILU,
          "swish", Activation.SILU);

  private final Path file;
  private final String prefix;
  private final ObjectNode json;
  private final Set<String> read = new HashSet<>();

  /** Begins with nothing read. */
  public ConfigJson(Path file, ObjectNode json) {
    this(file, "", json);
  }

  private ConfigJson(Path file, String prefix, ObjectNode json) {
    this.file = file;
    this.prefix = prefix;
    this.json = json;
  }

  Path file() {
    return file;
  }

  /** Whether the key is there and not null. Does not count as read. */
  public boolean has(String key) {
    return json.hasNonNull(key);
  }

  /**
   * Whether the key is there with the value null: for some keys this turns off what is on by
   * default.
   */
  boolean isNull(String key) {
    read.add(key);
    return json.has(key) && json.get(key).isNull();
  }

  /** The value, or empty if the key is absent or null. Counts as read. */
  public Optional<JsonNode> node(String key) {
    read.add(key);
    return Optional.ofNullable(json.get(key)).filter(value -> !value.isNull());
  }

  /** The object under a key, as a configuration of its own. */
  public Optional<ConfigJson> object(String key) {
    return node(key)
        .map(
            value -> {
              if (value instanceof ObjectNode object) {
                return new ConfigJson(file, prefix + key + ".", object);
              }
              throw wrong(key, value, "an object");
            });
  }

  /** A text, which must be there. */
  public String string(String key) {
    JsonNode value = node(key).orElseThrow(() -> missing(key));
    if (!value.isTextual()) {
      throw wrong(key, value, "a string");
    }
    return value.textValue();
  }

  /** A text, or what it is if the key is absent. */
  public String string(String key, String otherwise) {
    return node(key).isPresent() ? string(key) : otherwise;
  }

  /** A whole number from 1 to {@code max}. */
  Dim size(String key, int max) {
    JsonNode value = node(key).orElseThrow(() -> missing(key));
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 1
        || value.intValue() > max) {
      throw wrong(key, value, "a whole number from 1 to %,d".formatted(max));
    }
    return new Dim(value.intValue(), prefix + key + " " + value.intValue());
  }

  Dim size(String key, int max, int otherwise) {
    return node(key).isPresent()
        ? size(key, max)
        : new Dim(otherwise, prefix + key + " " + otherwise + ", the default");
  }

  Dim size(String key, int max, Dim otherwise) {
    return node(key).isPresent() ? size(key, max) : otherwise;
  }

  /** A whole number from {@code min} to {@code max}, which must be there. */
  public int wholeBetween(String key, int min, int max) {
    JsonNode value = node(key).orElseThrow(() -> missing(key));
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < min
        || value.intValue() > max) {
      throw wrong(key, value, "a whole number from %,d to %,d".formatted(min, max));
    }
    return value.intValue();
  }

  /** A whole number from 0 to {@code max}. */
  Dim sizeOrZero(String key, int max) {
    int value = wholeBetween(key, 0, max);
    return new Dim(value, prefix + key + " " + value);
  }

  int whole(String key, int min, int otherwise) {
    return node(key)
        .map(
            value -> {
              if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min) {
                throw wrong(key, value, "a whole number from " + min);
              }
              return value.intValue();
            })
        .orElse(otherwise);
  }

  /** A finite number above zero. */
  double positive(String key) {
    JsonNode value = node(key).orElseThrow(() -> missing(key));
    double number = value.doubleValue();
    if (!value.isNumber() || !(number > 0) || Double.isInfinite(number)) {
      throw wrong(key, value, "a number above 0");
    }
    return number;
  }

  double positive(String key, double otherwise) {
    return node(key).isPresent() ? positive(key) : otherwise;
  }

  /** A finite number above zero; 0 if the value is null, the default if the key is absent. */
  double positiveOrNull(String key, double otherwise) {
    return isNull(key) ? 0 : positive(key, otherwise);
  }

  /** True or false. A null is refused: it is neither, and not the default either. */
  public boolean flag(String key, boolean otherwise) {
    read.add(key);
    JsonNode value = json.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.booleanValue();
  }

  /**
   * The names in an array, each of which must be one of {@code allowed}; empty if the key is
   * absent.
   */
  Optional<List<String>> names(String key, Set<String> allowed) {
    return node(key).map(value -> names(key, value, allowed));
  }

  List<String> names(String key, JsonNode array, Set<String> allowed) {
    List<String> names = new ArrayList<>();
    for (JsonNode element : array) {
      if (!element.isTextual() || !allowed.contains(element.textValue())) {
        throw wrong(key, element, "one of " + new TreeSet<>(allowed));
      }
      names.add(element.textValue());
    }
    if (!array.isArray() || names.isEmpty()) {
      throw wrong(key, array, "a list of " + new TreeSet<>(allowed));
    }
    return names;
  }

  /**
   * The one value of several spellings of a number, those present of which must agree; empty if
   * none is.
   */
  Optional<Double> agreeing(String... keys) {
    Optional<Double> agreed = Optional.empty();
    for (String key : keys) {
      if (node(key).isPresent()) {
        agreed = Optional.of(agreeing(agreed, key));
      }
    }
    return agreed;
  }

  /** The number of a key, which must agree with what is known already. */
  double agreeing(Optional<Double> known, String key) {
    double value = positive(key);
    if (known.isPresent() && known.get() != value) {
      throw conflict(
          "%s is %s, another key for the same says %s".formatted(prefix + key, value, known.get()));
    }
    return value;
  }

  Activation activation(String key, String otherwise) {
    return choice(key, string(key, otherwise), ACTIVATIONS);
  }

  /** What a name stands for. */
  public <T> T choice(String key, Map<String, T> meanings) {
    return choice(key, string(key), meanings);
  }

  private <T> T choice(String key, String name, Map<String, T> meanings) {
    T meaning = meanings.get(name);
    if (meaning == null) {
      throw unsupported(
          key, "'" + Json.shorten(name) + "'", "one of " + new TreeSet<>(meanings.keySet()));
    }
    return meaning;
  }

  /** dModel / nHeads, which must be whole. */
  Dim headWidth(Dim dModel, Dim nHeads) {
    if (dModel.size() % nHeads.size() != 0) {
      throw conflict("%s is not a multiple of %s".formatted(dModel.origin(), nHeads.origin()));
    }
    if (dModel.size() / nHeads.size() > MAX_HEAD_WIDTH) {
      throw conflict(
          "%s / %s is more than %,d".formatted(dModel.origin(), nHeads.origin(), MAX_HEAD_WIDTH));
    }
    return new Dim(dModel.size() / nHeads.size(), dModel.origin() + " / " + nHeads.origin());
  }

  /** Refuses a switch that is on where only off is supported, and the other way round. */
  void only(String key, boolean supported) {
    if (flag(key, supported) != supported) {
      throw unsupported(key, String.valueOf(!supported), String.valueOf(supported));
    }
  }

  /** Refuses a number that is not the only one supported, which is also the default. */
  void onlyNumber(String key, double supported) {
    if (positive(key, supported) != supported) {
      throw unsupported(key, json.get(key).toString(), String.valueOf(supported));
    }
  }

  /** Refuses every key that was neither read nor is one of {@code harmless}. */
  public void refuseUnread(Set<String> harmless) {
    refuseUnread(KnownKeys.none().and(harmless.toArray(String[]::new)));
  }

  /** Refuses every key that was neither read nor is known to leave the numbers alone. */
  void refuseUnread(KnownKeys harmless) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (has(key) && !read.contains(key) && !harmless.contains(key)) {
                throw new InputException(
                    "%s: the key '%s' is not known (value %s): it may change the model's numbers; remove it if it does not"
                        .formatted(
                            file,
                            prefix + Json.shorten(key),
                            Json.shorten(json.get(key).toString())));
              }
            });
  }

  /** Says that a key has a value that nothing here honours. */
  public InputException unsupported(String key, String value, String supported) {
    return new InputException(
        "%s: %s is %s, which is not supported; supported: %s"
            .formatted(file, prefix + key, value, supported));
  }

  InputException wrong(String key, JsonNode value, String expected) {
    return new InputException(
        "%s: %s is %s, expected %s"
            .formatted(file, prefix + key, Json.shorten(value.toString()), expected));
  }

  /** Says what does not fit together. */
  public InputException conflict(String message) {
    return new InputException("%s: %s".formatted(file, message));
  }

  private InputException missing(String key) {
    return new InputException("%s: the key '%s' is missing".formatted(file, prefix + key));
  }
}
