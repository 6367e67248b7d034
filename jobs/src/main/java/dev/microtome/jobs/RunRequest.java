package dev.microtome.jobs;

import java.util.List;
import java.util.Optional;

/**
 * What the command line asks of a job.
 *
 * @param config path of a HOCON file
 * @param sets {@code KEY=VALUE}, over the file
 * @param output folder of the runs; absent only for a dry run
 * @param mode what to do
 */
public record RunRequest(
    Optional<String> config, List<String> sets, Optional<String> output, Mode mode) {
  public RunRequest {
    sets = List.copyOf(sets);
  }

  /** What to do with the plan. */
  public enum Mode {
    /** Run it unless it has been run. */
    RUN,
    /** Run it again. */
    FORCE,
    /** Show what {@link #RUN} would do. */
    DRY_RUN,
    /** Show what {@link #FORCE} would do. */
    DRY_FORCE;

    /** Whether nothing is written. */
    boolean isDry() {
      return this == DRY_RUN || this == DRY_FORCE;
    }

    /** Whether earlier runs do not count. */
    boolean isForced() {
      return this == FORCE || this == DRY_FORCE;
    }
  }
}
