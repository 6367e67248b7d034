package dev.microtome.jobs.models;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.training.CheckpointSchedule;
import java.io.Serializable;
import java.util.List;

/** Which steps are kept, besides 0 and the last: keys of the group {@code checkpoints}. */
record CheckpointSettings(
    @Option(doc = "steps by number", orElse = "[]") List<Long> at,
    @Option(doc = "every so many steps; 0 for none", orElse = "0") long every,
    @Option(
            doc =
                "so many steps that grow by a constant factor, from 1 to the last; 0 for none; small steps that round alike count once",
            orElse = "0")
        int logarithmic)
    implements Serializable {
  /** Of one model: beyond this the folders would be the trouble, not the training. */
  private static final int MOST = 100_000;

  CheckpointSettings {
    at = List.copyOf(at);
    if (every < 0) {
      throw new ConfigException("every", every, "must be at least 0");
    }
    if (logarithmic < 0 || logarithmic == 1 || logarithmic > MOST) {
      throw new ConfigException(
          "logarithmic", logarithmic, "must be 0 or at least 2, and at most " + MOST);
    }
  }

  CheckpointSchedule schedule(long steps) {
    for (long step : at) {
      if (step < 0 || step > steps) {
        throw new ConfigException("checkpoints", at, "must be from 0 to steps, " + steps);
      }
    }
    CheckpointSchedule schedule =
        CheckpointSchedule.of(List.of(0L, steps)).and(CheckpointSchedule.of(at));
    if (every > 0) {
      if (steps / every > MOST) {
        throw new ConfigException(
            "checkpoints.every",
            every,
            "are %d checkpoints in %d steps, must be at most %d"
                .formatted(steps / every, steps, MOST));
      }
      schedule = schedule.and(CheckpointSchedule.every(every, steps));
    }
    return logarithmic > 0
        ? schedule.and(CheckpointSchedule.logarithmic(1, steps, logarithmic))
        : schedule;
  }
}
