package dev.microtome.jobs.nightly;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.StepPlace;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How long the steps took last night, which is how long they are expected to take. */
record LastNight(Map<String, Duration> times) {
  /** Nobody knows. */
  static final LastNight NONE = new LastNight(Map.of());

  LastNight {
    times = Map.copyOf(times);
  }

  /** Reads the table of the run that {@code latest} names; none where there is none to read. */
  static LastNight of(JobContext context) {
    try {
      String latest = FileStore.resolve(context.output(), RunDirectory.LATEST);
      if (!context.files().exists(latest)) {
        return NONE;
      }
      String run = FileStore.resolve(context.output(), context.files().readString(latest).strip());
      Map<String, Duration> times = new HashMap<>();
      for (FileEntry file : context.files().list(FileStore.resolve(run, RunAll.PIPELINE.name()))) {
        try (RowReader<PipelineRow> rows = context.tables().read(file.path(), PipelineRow.class)) {
          rows.forEachRemaining(
              row -> {
                if (row.status().equals(StepStatus.DONE.shown())
                    || row.status().equals(StepStatus.UP_TO_DATE.shown())) {
                  times.put(row.step(), Duration.ofMillis(Math.round(row.seconds() * 1000)));
                }
              });
        }
      }
      return new LastNight(times);
    } catch (IOException | UncheckedIOException | InputException e) {
      // It is for the display alone, and the night can do without.
      context.out().println("How long the last night took is not known: " + e.getMessage());
      return NONE;
    }
  }

  /** What is expected of these steps, of which the first begins now; empty if nothing is known. */
  Optional<StepPlace.Expected> left(List<NightStep> steps, Instant now) {
    Duration all = Duration.ZERO;
    Duration first = Duration.ZERO;
    int unknown = 0;
    for (int i = 0; i < steps.size(); i++) {
      Duration time = times.get(steps.get(i).name());
      if (time == null) {
        unknown++;
        continue;
      }
      all = all.plus(time);
      first = i == 0 ? time : first;
    }
    return unknown == steps.size()
        ? Optional.empty()
        : Optional.of(new StepPlace.Expected(now.plus(all), all.minus(first), unknown));
  }
}
