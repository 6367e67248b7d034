package dev.microtome.jobs;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The work of a run by its unit, over all stages, and how fast this session did its share. */
final class WorkDone {
  private final Map<String, Share> byUnit = new TreeMap<>();

  private record Share(long units, long unitsHere, Duration time) {
    Share plus(Share other) {
      return new Share(units + other.units, unitsHere + other.unitsHere, time.plus(other.time));
    }
  }

  /**
   * Adds a stage.
   *
   * @param units of all sessions
   * @param unitsHere of this one, in that time
   */
  void add(String unit, long units, long unitsHere, Duration time) {
    byUnit.merge(unit, new Share(units, unitsHere, time), Share::plus);
  }

  /** The units of the whole run, and {@code UNIT-per-second} of this session to one digit. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new TreeMap<>();
    byUnit.forEach(
        (unit, done) -> {
          metrics.put(unit, done.units());
          if (done.unitsHere() > 0 && done.time().toMillis() > 0) {
            metrics.put(
                unit + "-per-second",
                Math.round(done.unitsHere() * 10_000.0 / done.time().toMillis()) / 10.0);
          }
        });
    return metrics;
  }
}
