package dev.microtome.jobs.reproduce;

import dev.microtome.dynamics.Transition;
import dev.microtome.run.InputException;
import java.util.Map;
import java.util.TreeMap;

/** One number of every checkpoint of a model, by step. */
record Series(String name, TreeMap<Long, Double> values) {

  Series {
    if (values.isEmpty()) {
      throw new InputException("No checkpoint has a value of %s".formatted(name));
    }
  }

  long[] steps() {
    return values.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  double[] array() {
    return values.values().stream().mapToDouble(Double::doubleValue).toArray();
  }

  double first() {
    return values.firstEntry().getValue();
  }

  double last() {
    return values.lastEntry().getValue();
  }

  long lastStep() {
    return values.lastKey();
  }

  Transition transition() {
    return Transition.of(steps(), array());
  }

  /** The checkpoint with the largest value. */
  Map.Entry<Long, Double> largest() {
    return values.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
  }
}
