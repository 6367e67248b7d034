package dev.microtome.dynamics;

import dev.microtome.run.InputException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * One number of every checkpoint of a model, by step.
 *
 * @param name what the number is and whose, for messages
 */
public record Series(String name, NavigableMap<Long, Double> values) {

  public Series {
    if (values.isEmpty()) {
      throw new InputException("No checkpoint has a value of %s".formatted(name));
    }
    values = Collections.unmodifiableNavigableMap(new TreeMap<>(values));
  }

  /**
   * A series of each model that has rows, in the order of their names; several rows of one
   * checkpoint count as their mean.
   *
   * @param what the number is, such as {@code accuracy}
   */
  public static <R> NavigableMap<String, Series> byModel(
      String what,
      List<R> rows,
      Function<R, String> model,
      ToLongFunction<R> step,
      ToDoubleFunction<R> value) {
    NavigableMap<String, Series> all = new TreeMap<>();
    rows.stream()
        .collect(
            Collectors.groupingBy(
                model,
                Collectors.groupingBy(
                    step::applyAsLong, TreeMap::new, Collectors.averagingDouble(value))))
        .forEach((name, values) -> all.put(name, new Series(what + " of " + name, values)));
    return all;
  }

  public long[] steps() {
    return values.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  public double[] array() {
    return values.values().stream().mapToDouble(Double::doubleValue).toArray();
  }

  public double first() {
    return values.firstEntry().getValue();
  }

  public double last() {
    return values.lastEntry().getValue();
  }

  public long lastStep() {
    return values.lastKey();
  }

  /** How it went from its first level to its last. */
  public Transition transition() {
    return Transition.of(steps(), array());
  }

  /** The checkpoint with the largest value. */
  public Map.Entry<Long, Double> largest() {
    return values.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
  }
}
