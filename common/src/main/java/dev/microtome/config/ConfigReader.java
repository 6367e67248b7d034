package dev.microtome.config;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.run.Secrets;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a configuration record: {@code --set} over a HOCON file over the defaults of its {@link
 * Option}s.
 *
 * <p>A key is a component's name with dashes; a record of options as a component is a group of
 * keys. Components may be numbers, booleans, strings, enums (in lower case with dashes), {@link
 * InputPath}s, anything Jackson reads from one scalar, {@link Optional}s, lists and maps of these,
 * and records of options. A single value does for a list of one.
 *
 * <p>Every refusal is one line with the key, what was found, what is allowed, and where the value
 * came from. System properties are not read; the environment is read only where the file says
 * {@code ${NAME}}.
 */
public final class ConfigReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private ConfigReader() {}

  /**
   * Reads the record.
   *
   * @param file HOCON text, absent where only {@code sets} count
   * @param sets {@code KEY=VALUE}, later ones win
   * @throws UsageException when a {@code --set} has no {@code =}
   * @throws InputException for everything that is wrong with the file and the values
   */
  public static <C extends Record> ResolvedConfig<C> read(
      Class<C> type, Optional<String> file, List<String> sets, FileStore files) {
    return read(type, file, sets, Map.of(), files);
  }

  /**
   * Reads the record from a file that may refer to what is no key of it.
   *
   * @param definitions what {@code ${NAME}} in the file stands for, by NAME
   */
  public static <C extends Record> ResolvedConfig<C> read(
      Class<C> type,
      Optional<String> file,
      List<String> sets,
      Map<String, String> definitions,
      FileStore files) {
    try {
      Config config = file.map(path -> parseFile(path, files)).orElse(ConfigFactory.empty());
      for (String set : sets) {
        config = SetArgument.parse(set, type).withFallback(config);
      }
      return readRoot(type, resolved(config, definitions).root(), "no --config or --set has it");
    } catch (com.typesafe.config.ConfigException.UnresolvedSubstitution e) {
      throw new InputException("Configuration: " + e.getMessage(), e);
    } catch (com.typesafe.config.ConfigException e) {
      // The library appends the chain of files in its own notation, fifty of them if one includes
      // itself.
      String problem = e.getMessage().replaceFirst("(?s)\\s+Trace:.*", "");
      throw new InputException("Configuration is not HOCON: " + problem, e);
    }
  }

  /**
   * Reads the record from a group of keys in another configuration.
   *
   * @param group resolved
   * @param name of the group, for messages
   * @throws InputException for everything that is wrong with the values
   */
  public static <C extends Record> ResolvedConfig<C> read(
      Class<C> type, ConfigObject group, String name) {
    return readRoot(type, group, name + " has it not");
  }

  private static <C extends Record> ResolvedConfig<C> readRoot(
      Class<C> type, ConfigObject root, String absent) {
    Map<String, String> places = new TreeMap<>();
    addPlaces("", root, places);
    return new ResolvedConfig<>(type.cast(record(type, root, "", absent)), places);
  }

  /**
   * The library's resolveWith does not know a value that the environment may override: what is
   * resolved must be its own root. So the definitions are in it meanwhile.
   */
  private static Config resolved(Config config, Map<String, String> definitions) {
    Config resolved = ConfigFactory.parseMap(definitions).withFallback(config).resolve();
    for (String name : definitions.keySet()) {
      if (!config.root().containsKey(name)) {
        resolved = resolved.withoutPath(name);
      }
    }
    return resolved;
  }

  private static Config parseFile(String path, FileStore files) {
    ConfigParseOptions options =
        ConfigParseOptions.defaults().setOriginDescription(path).setSyntax(ConfigSyntax.CONF);
    try {
      // One of this machine goes before one of the cluster's file system: what spark-submit --files
      // has brought lies here, whatever a path without a scheme means to inputs.
      Optional<Path> local = LocalFileStore.localPath(path).filter(Files::isRegularFile);
      if (local.isPresent()) {
        return ConfigFactory.parseFile(local.get().toFile(), options);
      }
      Optional<FileEntry> entry = files.status(path);
      if (entry.isEmpty()) {
        throw new InputException("Configuration file " + path + ": no such file");
      } else if (entry.get().folder()) {
        throw new InputException("Configuration file " + path + ": is a folder, a file is needed");
      }
      return ConfigFactory.parseString(files.readString(path), options);
    } catch (IOException e) {
      throw new InputException("Configuration file " + path + ": " + e.getMessage(), e);
    }
  }

  private static void addPlaces(String prefix, ConfigObject object, Map<String, String> places) {
    object.forEach(
        (name, value) -> {
          places.put(prefix + name, where(value));
          if (value instanceof ConfigObject group) {
            addPlaces(prefix + name + ".", group, places);
          }
        });
  }

  private static Record record(Class<?> type, ConfigObject object, String prefix, String absent) {
    Map<String, RecordComponent> known = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      known.put(Names.key(component), component);
    }
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      if (!known.containsKey(entry.getKey())) {
        String nearest =
            Names.nearest(entry.getKey(), known.keySet())
                .map(name -> ": did you mean " + prefix + name + "?")
                .orElse(": the keys are " + String.join(", ", known.keySet()));
        throw new InputException(
            "Unknown key " + prefix + entry.getKey() + nearest + where(entry.getValue()));
      }
    }
    List<Object> arguments = new ArrayList<>();
    known.forEach(
        (key, component) ->
            arguments.add(
                component(component, Optional.ofNullable(object.get(key)), prefix + key, absent)));
    return construct(type, arguments, object, prefix);
  }

  private static Object component(
      RecordComponent component, Optional<ConfigValue> given, String key, String absent) {
    Option option = component.getAnnotation(Option.class);
    if (option == null) {
      throw new IllegalArgumentException(component + " has no @Option");
    }
    Type type = component.getGenericType();
    if (given.isPresent()) {
      return value(type, given.get(), key, absent);
    } else if (!option.orElse().isEmpty()) {
      Config parsed =
          ConfigFactory.parseString(
              "v=" + option.orElse(),
              ConfigParseOptions.defaults().setOriginDescription("default of " + key));
      return value(type, parsed.root().get("v"), key, absent);
    } else if (type instanceof Class<?> options && Names.isOptions(options)) {
      return record(options, ConfigFactory.empty().root(), key + ".", absent);
    }
    throw new InputException("Missing key " + key + " (" + option.doc() + "): " + absent);
  }

  private static Object value(Type type, ConfigValue value, String key, String absent) {
    Class<?> raw =
        type instanceof ParameterizedType generic
            ? (Class<?>) generic.getRawType()
            : (Class<?>) type;
    Object unwrapped = value.unwrapped();
    if (raw == Optional.class) {
      return unwrapped == null
          ? Optional.empty()
          : Optional.of(value(argument(type, 0), value, key, absent));
    } else if (unwrapped == null) {
      throw wrong(key, value, type);
    } else if (raw == List.class) {
      return list(type, value, key, absent);
    } else if (raw == Map.class) {
      return map(type, value, key, absent);
    } else if (raw == ConfigObject.class) {
      if (!(value instanceof ConfigObject)) {
        throw wrong(key, value, type);
      }
      return value;
    } else if (Names.isOptions(raw)) {
      if (!(value instanceof ConfigObject object)) {
        throw wrong(key, value, type);
      }
      return record(raw, object, key + ".", absent);
    } else if (raw.isEnum()) {
      return Arrays.stream(raw.getEnumConstants())
          .filter(constant -> Names.of((Enum<?>) constant).equals(unwrapped))
          .findFirst()
          .orElseThrow(() -> wrong(key, value, type));
    }
    return leaf(raw, value, key);
  }

  private static List<Object> list(Type type, ConfigValue value, String key, String absent) {
    List<Object> elements = new ArrayList<>();
    if (value instanceof ConfigList list) {
      for (int i = 0; i < list.size(); i++) {
        elements.add(value(argument(type, 0), list.get(i), key + "[" + i + "]", absent));
      }
    } else {
      elements.add(value(argument(type, 0), value, key, absent));
    }
    return List.copyOf(elements);
  }

  private static Map<String, Object> map(Type type, ConfigValue value, String key, String absent) {
    if (!(value instanceof ConfigObject object)) {
      throw wrong(key, value, type);
    }
    Map<String, Object> entries = new LinkedHashMap<>();
    object.forEach(
        (name, element) ->
            entries.put(name, value(argument(type, 1), element, key + "." + name, absent)));
    return Map.copyOf(entries);
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  private static Object leaf(Class<?> type, ConfigValue value, String key) {
    Object plain = value.unwrapped();
    if (plain instanceof Double number
        && TypeNames.isIntegral(type)
        && number == Math.rint(number)) {
      if (Math.abs(number) >= 0x1p63) {
        throw wrong(key, value, TypeNames.range(type));
      }
      // 1e6 is how people write a million steps.
      plain = number.longValue();
    } else if (plain instanceof String text && value.valueType() == ConfigValueType.STRING) {
      // What the environment gives is always text.
      Optional<Object> number = number(text, type);
      if (number.isEmpty() && TypeNames.isIntegral(type) && text.matches("[-+]?[0-9]+")) {
        throw wrong(key, value, TypeNames.range(type));
      }
      plain = number.orElse(text);
    }
    if (type == String.class && (plain instanceof Number || plain instanceof Boolean)) {
      plain = value.render();
    }
    try {
      Object converted = MAPPER.convertValue(plain, type);
      if (converted == null) {
        throw wrong(key, value, type);
      }
      return converted;
    } catch (IllegalArgumentException e) {
      throw refusal(key, value, type, e);
    }
  }

  private static Optional<Object> number(String text, Class<?> type) {
    try {
      if (TypeNames.isIntegral(type)) {
        return Optional.of(Long.valueOf(text));
      } else if (type == double.class
          || type == Double.class
          || type == float.class
          || type == Float.class) {
        return Optional.of(Double.valueOf(text));
      } else if ((type == boolean.class || type == Boolean.class) && text.matches("true|false")) {
        return Optional.of(Boolean.valueOf(text));
      }
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static InputException refusal(
      String key, ConfigValue value, Class<?> type, IllegalArgumentException e) {
    Throwable cause = e.getCause();
    if (cause instanceof JsonMappingException && cause.getCause() != null) {
      Throwable own = cause.getCause();
      if (own instanceof ConfigException refused) {
        return new InputException(key + ": " + refused.problem() + where(value), e);
      } else if (own instanceof InputException
          || own.getClass() == IllegalArgumentException.class) {
        return new InputException(
            key + ": invalid value " + shown(key, value) + ": " + own.getMessage() + where(value),
            e);
      }
    }
    return wrong(key, value, type);
  }

  private static Record construct(
      Class<?> type, List<Object> arguments, ConfigObject object, String prefix) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return (Record) constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ConfigException refusal) {
        String key = refusal.key();
        ConfigValue value = object.get(key.replaceFirst("[.\\[].*", ""));
        throw new InputException(
            prefix + key + ": " + refusal.problem() + (value == null ? " (default)" : where(value)),
            refusal);
      } else if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("constructor of " + type.getName() + " failed", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot make a " + type.getName(), e);
    }
  }

  private static InputException wrong(String key, ConfigValue value, Type type) {
    return wrong(key, value, TypeNames.of(type));
  }

  private static InputException wrong(String key, ConfigValue value, String allowed) {
    return new InputException(
        key + ": invalid value " + shown(key, value) + ": must be " + allowed + where(value));
  }

  private static String shown(String key, ConfigValue value) {
    return Secrets.isSecret(key)
        ? "***"
        : Secrets.redacted(value.render(ConfigRenderOptions.concise()));
  }

  private static String where(ConfigValue value) {
    ConfigOrigin origin = value.origin();
    String description = origin.description();
    return description.startsWith("--set") || description.startsWith("default of")
        ? " (" + description.replaceFirst(": [0-9]+$", "") + ")"
        : " (" + description.replaceFirst(": ([0-9]+)$", ", line $1") + ")";
  }
}
