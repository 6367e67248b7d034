package dev.microtome.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Where among the steps of another job a job is, for the progress display.
 *
 * @param name such as {@code 3/16 losses}; empty for a job of its own
 * @param left what is expected of the rest, empty where nobody knows
 */
public record StepPlace(String name, Optional<Expected> left) {
  static final StepPlace ALONE = new StepPlace("", Optional.empty());

  /**
   * When all steps are expected to have ended, judged when this one began.
   *
   * @param end of all steps
   * @param later what the steps after this one take
   * @param unknown steps, of this one and those after it, of which nobody knows
   */
  public record Expected(Instant end, Duration later, int unknown) {
    /**
     * The time left at some moment.
     *
     * @param here what this step is known to need still
     */
    Duration at(Instant now, Duration here) {
      Duration byPlan = Duration.between(now, end);
      Duration byRate = later.plus(here);
      return byPlan.compareTo(byRate) > 0 ? byPlan : byRate;
    }

    /** Such as {@code about 12 min of all steps left}. */
    public String shown(Instant now) {
      return shown(now, Duration.ZERO);
    }

    String shown(Instant now, Duration here) {
      return "%s %s of all steps left"
          .formatted(unknown == 0 ? "about" : "more than", Progress.Amounts.time(at(now, here)));
    }
  }
}
