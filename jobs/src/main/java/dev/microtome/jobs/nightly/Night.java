package dev.microtome.jobs.nightly;

import dev.microtome.jobs.JobOutcome;
import dev.microtome.jobs.StepPlace;
import dev.microtome.jobs.spark.PartFailedException;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import dev.microtome.run.Secrets;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs steps one after the other: one that fails stops those that need it and no others. */
final class Night {
  private final FileStore files;
  private final PrintStream out;
  private final Clock clock;
  private final LastNight last;
  private final Map<String, StepStatus> ended = new HashMap<>();
  private boolean broken;

  Night(FileStore files, PrintStream out, Clock clock, LastNight last) {
    this.files = files;
    this.out = out;
    this.clock = clock;
    this.last = last;
  }

  /** Runs the selected steps; how each went, in order. */
  List<PipelineRow> run(List<NightStep> steps) {
    List<PipelineRow> rows = new ArrayList<>();
    List<NightStep> selected = steps.stream().filter(NightStep::runs).toList();
    int begun = 0;
    Instant first = clock.instant();
    for (NightStep step : steps) {
      PipelineRow row;
      List<String> unwell = step.needs().stream().filter(name -> !ended.get(name).well()).toList();
      if (!step.runs()) {
        row = ended(step, StepStatus.NOT_SELECTED, "");
      } else {
        Optional<StepPlace.Expected> left =
            last.left(selected.subList(begun, selected.size()), clock.instant());
        begun++;
        out.println();
        out.printf(
            "Step %d of %d: %s (%s), %s so far%s%n",
            begun,
            selected.size(),
            step.name(),
            step.job().job(),
            soFar(first),
            left.map(expected -> ", " + expected.shown(clock.instant()) + " as last night")
                .orElse(""));
        row =
            unwell.isEmpty()
                ? run(
                    step,
                    new StepPlace("%d/%d %s".formatted(begun, selected.size(), step.name()), left))
                : ended(step, StepStatus.BLOCKED, "needs " + String.join(", ", unwell));
      }
      rows.add(row);
      if (!row.message().isEmpty()) {
        out.printf("Step %s is %s: %s%n", row.step(), row.status(), row.message());
      }
    }
    return List.copyOf(rows);
  }

  private String soFar(Instant first) {
    long seconds = Duration.between(first, clock.instant()).toSeconds();
    return seconds < 60 ? seconds + " s" : "%d min %02d s".formatted(seconds / 60, seconds % 60);
  }

  /** Whether a step failed for more than its input's or its configuration's sake. */
  boolean broken() {
    return broken;
  }

  private PipelineRow ended(NightStep step, StepStatus status, String message) {
    ended.put(step.name(), status);
    return new PipelineRow(
        step.name(),
        step.job().job(),
        status.shown(),
        "",
        0,
        0,
        0,
        0,
        0,
        step.job().output(),
        "",
        message);
  }

  private PipelineRow run(NightStep step, StepPlace place) {
    Instant start = clock.instant();
    try {
      JobOutcome outcome = step.job().run(place);
      StepStatus status = outcome.upToDate() ? StepStatus.UP_TO_DATE : StepStatus.DONE;
      PipelineRow row = well(step, status, start, outcome);
      ended.put(step.name(), status);
      return row;
    } catch (InputException e) {
      return failed(step, start, e.getMessage());
    } catch (Throwable e) {
      // One step's end is not the night's, whatever it is: Scala throws checked exceptions that
      // nothing declares, and a night that ends by an Error is told to nobody.
      broken = true;
      out.println(Secrets.redactedTrace(e));
      return failed(step, start, reason(e));
    }
  }

  private static String reason(Throwable e) {
    Throwable told = e instanceof UncheckedIOException ? e.getCause() : e;
    String message = told.getMessage() == null ? told.toString() : told.getMessage();
    return e instanceof PartFailedException
        ? message + ". Finished parts are kept: the same command resumes the run"
        : message;
  }

  private PipelineRow well(NightStep step, StepStatus status, Instant start, JobOutcome outcome)
      throws IOException {
    String path = outcome.run().orElseThrow();
    String id = path.substring(path.lastIndexOf('/') + 1);
    Manifest manifest =
        RunDirectory.of(files, step.job().output(), id)
            .readManifest()
            .orElseThrow(() -> new IOException(path + ": its manifest is gone"));
    return new PipelineRow(
        step.name(),
        step.job().job(),
        status.shown(),
        start.toString(),
        seconds(start),
        manifest.tables().values().stream().mapToLong(Manifest.Table::rows).sum(),
        manifest.tables().values().stream().mapToLong(Manifest.Table::bytes).sum()
            + manifest.artifacts().values().stream().mapToLong(Manifest.Artifact::bytes).sum(),
        outcome.partsComputed().size(),
        status == StepStatus.DONE
            ? manifest.metrics().getOrDefault("parts-taken-over", 0).intValue()
            : 0,
        step.job().output(),
        id,
        manifest.warnings().isEmpty()
            ? ""
            : NightSummary.WARNING + String.join("; ", manifest.warnings()));
  }

  private PipelineRow failed(NightStep step, Instant start, String message) {
    String shown = Secrets.redacted(String.valueOf(message));
    PipelineRow row = ended(step, StepStatus.FAILED, shown);
    return new PipelineRow(
        row.step(),
        row.job(),
        row.status(),
        start.toString(),
        seconds(start),
        0,
        0,
        0,
        0,
        row.output(),
        "",
        shown);
  }

  private double seconds(Instant start) {
    return Duration.between(start, clock.instant()).toMillis() / 1000.0;
  }
}
