package dev.microtome.jobs;

import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.Retention;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Takes old runs of output folders at or below a folder away: of all by the command {@code clean},
 * of its own at the end of a night. What stays and why, {@link Retention} says.
 */
public final class Cleaning {
  private final FileStore files;
  private final Retention retention;
  private final Predicate<String> outputs;

  /**
   * Makes a cleaning of every output folder.
   *
   * @param keep successful runs to keep in each output folder, at least 1
   */
  public Cleaning(FileStore files, int keep) {
    this(files, new Retention(files, keep), output -> true);
  }

  private Cleaning(FileStore files, Retention retention, Predicate<String> outputs) {
    this.files = files;
    this.retention = retention;
    this.outputs = outputs;
  }

  /** The same that leaves other output folders than these alone. */
  public Cleaning of(Collection<String> folders) throws IOException {
    Set<String> qualified = new HashSet<>();
    for (String each : folders) {
      qualified.add(files.qualify(each));
    }
    return new Cleaning(files, retention, qualified::contains);
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
    return new Report(files.exists(folder) ? decide(folder) : List.of(), "would go", List.of());
  }

  private List<Retention.Decision> decide(String folder) throws IOException {
    return retention.decide(folder).stream()
        .filter(decision -> outputs.test(decision.output()))
        .toList();
  }

  /** Removes what does not stay, under the lease of each output folder. */
  public Report remove(String folder, Clock clock) throws IOException {
    Map<String, List<Retention.Decision>> byOutput = new TreeMap<>();
    for (Retention.Decision decision : decide(folder)) {
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
