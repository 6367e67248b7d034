package dev.microtome.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How the components of configuration records are called outside of Java, and what was probably
 * meant.
 */
public final class Names {
  private static final int MOST_SHOWN = 20;

  private Names() {}

  /** {@code batchTokens} is {@code batch-tokens}, {@code topK} is {@code top-k}. */
  static String key(RecordComponent component) {
    return component
        .getName()
        .replaceAll("([a-z0-9])([A-Z])", "$1-$2")
        .replaceAll("([A-Z])([A-Z][a-z])", "$1-$2")
        .toLowerCase(Locale.ROOT);
  }

  /** {@code HALF_LIFE} is {@code half-life}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether the class is a record of options, as against a value that happens to be a record. */
  static boolean isOptions(Class<?> type) {
    return type.isRecord()
        && type.getRecordComponents().length > 0
        && Arrays.stream(type.getRecordComponents())
            .allMatch(component -> component.isAnnotationPresent(Option.class));
  }

  static Object value(RecordComponent component, Record config) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(config);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  /** The known name that is nearest to a misspelt one; empty where none is near. */
  public static Optional<String> nearest(String found, Collection<String> known) {
    int far = Math.max(3, found.length() / 2);
    return known.stream()
        .min(
            Comparator.comparingInt((String name) -> distance(found, name))
                .thenComparing(name -> name))
        .filter(name -> distance(found, name) <= far);
  }

  /**
   * What to say after a name that nobody knows: ": did you mean 'x'?", or ": there are [a, b]", of
   * many the first ones; nothing where none is known.
   */
  public static String hint(String found, Collection<String> known) {
    return nearest(found, known)
        .map(": did you mean '%s'?"::formatted)
        .orElse(known.isEmpty() ? "" : ": there are " + shown(known));
  }

  private static String shown(Collection<String> known) {
    String first = known.stream().limit(MOST_SHOWN).collect(Collectors.joining(", ", "[", "]"));
    return known.size() <= MOST_SHOWN
        ? first
        : "%s and %d others".formatted(first, known.size() - MOST_SHOWN);
  }

  /** Levenshtein's distance, with the change of a letter's case or a dash for free. */
  private static int distance(String a, String b) {
    String from = plain(a);
    String to = plain(b);
    int[] previous = new int[to.length() + 1];
    Arrays.setAll(previous, i -> i);
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[to.length()];
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }
}
