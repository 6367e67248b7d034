package dev.microtome.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.microtome.run.InputException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code --set KEY=VALUE}. */
final class SetArgument {
  private SetArgument() {}

  /** The value under its key, with the {@code --set} as the origin of every part of it. */
  static Config parse(String set, Class<?> type) {
    int equals = set.indexOf('=');
    if (equals <= 0) {
      throw new UsageException("--set " + set + ": KEY=VALUE is needed");
    }
    String key = set.substring(0, equals).strip();
    String value = set.substring(equals + 1).strip();
    String origin = "--set " + key;
    List<String> path;
    try {
      path = ConfigUtil.splitPath(key);
    } catch (com.typesafe.config.ConfigException e) {
      throw new UsageException(origin + ": not a key: " + e.getMessage());
    }
    ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(origin);
    Config parsed;
    if (isText(typeAt(type, path)) && !value.matches("(?s)[\\[\"$].*|null")) {
      // A path such as hdfs://host/x or data/*.txt is no HOCON: // starts a comment there.
      parsed = ConfigFactory.parseString("v=" + ConfigUtil.quoteString(value), options);
    } else {
      try {
        parsed = ConfigFactory.parseString("v=" + value, options);
      } catch (com.typesafe.config.ConfigException e) {
        throw new InputException(origin + ": the value is not HOCON: " + e.getMessage(), e);
      }
    }
    if (!parsed.root().keySet().equals(java.util.Set.of("v"))) {
      throw new InputException(origin + ": the value is not HOCON: " + value);
    }
    // Config.withValue would make groups of another origin around the value.
    ConfigValue nested = parsed.root().get("v");
    for (int i = path.size() - 1; i >= 0; i--) {
      nested = ConfigValueFactory.fromMap(Map.of(path.get(i), nested), origin);
    }
    return ((ConfigObject) nested).toConfig();
  }

  private static Type typeAt(Class<?> type, List<String> path) {
    Type at = type;
    for (String name : path) {
      Type here = unwrapped(at);
      at =
          here instanceof Class<?> options && Names.isOptions(options)
              ? Arrays.stream(options.getRecordComponents())
                  .filter(component -> Names.key(component).equals(name))
                  .map(RecordComponent::getGenericType)
                  .findFirst()
                  .orElse(Object.class)
              : Object.class;
    }
    return at;
  }

  private static Type unwrapped(Type type) {
    return type instanceof ParameterizedType generic
            && (generic.getRawType() == Optional.class || generic.getRawType() == List.class)
        ? unwrapped(generic.getActualTypeArguments()[0])
        : type;
  }

  private static boolean isText(Type type) {
    return unwrapped(type) instanceof Class<?> leaf
        && leaf != Object.class
        && !leaf.isPrimitive()
        && !Number.class.isAssignableFrom(leaf)
        && leaf != Boolean.class
        && leaf != Map.class
        && !Names.isOptions(leaf);
  }
}
