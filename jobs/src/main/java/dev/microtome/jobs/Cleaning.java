package dev.microtome.jobs;

import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.Retention;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes old runs of every output folder at or below a folder away: of the command {@code clean} and
 * at the end of a night. What stays and why, {@link Retention} says.
 */
public final class Cleaning {
  private final FileStore files;
  private final Retention retention;

  /**
   * Makes a cleaning.
   *
   * @param keep successful runs to keep in each output folder, at least 1
   */
  public Cleaning(FileStore files, int keep) {
    this.files = files;
    retention = new Retention(files, keep);
  }

  /**
   * What was decided, output by output.
   *
   * @param gone what a run that does not stay is called, such as {@code removed}
   * @param busy why outputs were left alone, in which somebody works
   */
  public record Report(List<Retention.Decision> decisions, String gone, List<String> busy) {
    public Report {
      decisions = List.copyOf(decisions);
      busy = List.copyOf(busy);
    }

    /** A line for each output folder and each of its runs. */
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      String output = "";
      for (Retention.Decision decision : decisions) {
        if (!decision.output().equals(output)) {
          output = decision.output();
          lines.add(Summary.display(output));
        }
        lines.add(
            String.format(
                Locale.ROOT,
                "  %s  %s, %s (%s)",
                decision.id(),
                Progress.Amounts.bytes(decision.bytes()),
                decision.stays() ? "stays" : gone,
                decision.reason()));
      }
      return lines;
    }

    /** A line for each run that does not stay. */
    public List<String> goneLines() {
      return decisions.stream()
          .filter(decision -> !decision.stays())
          .map(
              decision ->
                  String.format(
                      Locale.ROOT,
                      "%s %s: %s (%s)",
                      gone,
                      Summary.display(decision.path()),
                      Progress.Amounts.bytes(decision.bytes()),
                      decision.reason()))
          .toList();
    }

    /** Size of what does not stay. */
    String freed() {
      return Progress.Amounts.bytes(
          decisions.stream()
              .filter(decision -> !decision.stays())
              .mapToLong(Retention.Decision::bytes)
              .sum());
    }
  }

  /** Says what {@link #remove} would do now. */
  public Report forecast(String folder) throws IOException {
    return new Report(
        files.exists(folder) ? retention.decide(folder) : List.of(), "would go", List.of());
  }

  /** Removes what does not stay, under the lease of each output folder. */
  public Report remove(String folder, Clock clock) throws IOException {
    Map<String, List<Retention.Decision>> byOutput = new TreeMap<>();
    for (Retention.Decision decision : retention.decide(folder)) {
      byOutput.computeIfAbsent(decision.output(), unused -> new ArrayList<>()).add(decision);
    }
    List<Retention.Decision> done = new ArrayList<>();
    List<String> busy = new ArrayList<>();
    for (Map.Entry<String, List<Retention.Decision>> output : byOutput.entrySet()) {
      try {
        done.addAll(
            output.getValue().stream().allMatch(Retention.Decision::stays)
                ? output.getValue()
                : retention.remove(output.getKey(), output.getValue(), clock));
      } catch (InputException e) {
        busy.add(e.getMessage());
      }
    }
    return new Report(done, "removed", busy);
  }
}
