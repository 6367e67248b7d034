package dev.microtome.config;

import com.typesafe.config.ConfigObject;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Types of keys in words, for messages and {@code describe}. */
final class TypeNames {
  private TypeNames() {}

  static boolean isIntegral(Class<?> type) {
    return type == int.class || type == long.class || type == Integer.class || type == Long.class;
  }

  /** What an integer of that type may be. */
  static String range(Class<?> integral) {
    return integral == long.class || integral == Long.class
        ? "an integer from -2^63 to 2^63 - 1"
        : of(integral);
  }

  static String of(Type type) {
    if (type instanceof ParameterizedType generic) {
      if (generic.getRawType() == Optional.class) {
        return of(generic.getActualTypeArguments()[0]);
      } else if (generic.getRawType() == Map.class) {
        return "a group of names, each with " + of(generic.getActualTypeArguments()[1]);
      }
      return "a list, each element " + of(generic.getActualTypeArguments()[0]);
    }
    Class<?> plain = (Class<?>) type;
    if (isIntegral(plain)) {
      return plain == int.class || plain == Integer.class ? "an integer below 2^31" : "an integer";
    } else if (plain == double.class
        || plain == float.class
        || Number.class.isAssignableFrom(plain)) {
      return "a number";
    } else if (plain == boolean.class || plain == Boolean.class) {
      return "true or false";
    } else if (plain == InputPath.class) {
      return "a path";
    } else if (plain.isEnum()) {
      return Arrays.stream(plain.getEnumConstants())
          .map(constant -> Names.of((Enum<?>) constant))
          .collect(Collectors.joining(", ", "one of ", ""));
    } else if (Names.isOptions(plain) || plain == ConfigObject.class) {
      return "a group of keys";
    }
    return "text";
  }
}
