package dev.microtome.jobs.nightly;

import dev.microtome.jobs.Forecast;
import dev.microtome.run.InputException;
import dev.microtome.run.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tree that {@code --dry-run} prints: each step below the last one that it needs. */
final class NightPlan {
  private final Map<String, String> states = new HashMap<>();
  private final Map<String, Boolean> changes = new HashMap<>();
  private final List<NightStep> steps;

  NightPlan(List<NightStep> steps) {
    this.steps = List.copyOf(steps);
  }

  /** The tree, a line each step: its name, its job, whether it would run, and why. */
  List<String> lines() {
    for (NightStep step : steps) {
      states.put(step.name(), state(step));
    }
    List<String> lines = new ArrayList<>(List.of("Steps"));
    children("", "  ", lines);
    return lines;
  }

  private void children(String parent, String indent, List<String> lines) {
    List<NightStep> here = steps.stream().filter(step -> parent(step).equals(parent)).toList();
    for (int i = 0; i < here.size(); i++) {
      NightStep step = here.get(i);
      boolean last = i == here.size() - 1;
      lines.add(
          "%s%s %s (%s): %s"
              .formatted(
                  indent,
                  last ? "└─" : "├─",
                  step.name(),
                  step.job().job(),
                  states.get(step.name())));
      children(step.name(), indent + (last ? "   " : "│  "), lines);
    }
  }

  private static String parent(NightStep step) {
    return step.needs().isEmpty() ? "" : step.needs().get(step.needs().size() - 1);
  }

  private static String size(Forecast forecast) {
    String parts =
        String.format(
            Locale.ROOT, "%,d %s", forecast.parts(), forecast.parts() == 1 ? "part" : "parts");
    String rows =
        forecast.estimatedRows() < 0
            ? ""
            : String.format(Locale.ROOT, ", %,d rows", forecast.estimatedRows());
    return parts + rows + "; " + forecast.memory();
  }

  private String state(NightStep step) {
    List<String> running = step.needs().stream().filter(name -> changes.get(name)).toList();
    changes.put(step.name(), step.runs());
    if (!step.runs()) {
      return "not selected";
    } else if (!running.isEmpty()) {
      return "would be looked at after " + String.join(", ", running);
    }
    try {
      Forecast forecast = step.job().forecast();
      changes.put(step.name(), !forecast.upToDate());
      return forecast.upToDate()
          ? "up to date (%s)".formatted(forecast.memory())
          : "would run, since %s (%s)"
              .formatted(String.join("; ", forecast.reasons()), size(forecast));
    } catch (InputException | IOException e) {
      return "would fail: " + Secrets.redacted(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      return "would fail: " + Secrets.redacted(String.valueOf(e.getCause().getMessage()));
    }
  }
}
