package dev.microtome.jobs;

import dev.microtome.config.UsageException;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.Retention;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The command {@code clean}: takes old runs away and says which, and why the others stay. */
final class CleanCommand {
  private final FileStore files;
  private final PrintStream out;
  private final Clock clock;

  CleanCommand(FileStore files, PrintStream out, Clock clock) {
    this.files = files;
    this.out = out;
    this.clock = clock;
  }

  /**
   * Cleans every output folder at or below {@code --output}.
   *
   * @param keep null where the command line does not say: refused
   * @throws InputException when an output folder is in use; the others are cleaned
   */
  void run(RunRequest request, Integer keep) throws IOException {
    if (request.output().isEmpty() || keep == null) {
      throw new UsageException(
          "clean needs --output (the folder to look below) and --keep (runs to keep in each output)");
    } else if (request.mode().isForced()) {
      throw new UsageException("clean has no --force");
    }
    clean(request.output().get(), keep, request.mode());
  }

  private void clean(String folder, int keep, RunRequest.Mode mode) throws IOException {
    if (!files.exists(folder)) {
      throw new InputException("--output " + folder + ": no such folder");
    }
    Retention retention = new Retention(files, keep);
    Map<String, List<Retention.Decision>> byOutput = new TreeMap<>();
    for (Retention.Decision decision : retention.decide(folder)) {
      byOutput.computeIfAbsent(decision.output(), unused -> new ArrayList<>()).add(decision);
    }
    boolean dryRun = mode.isDry();
    long removed = 0;
    List<String> busy = new ArrayList<>();
    for (Map.Entry<String, List<Retention.Decision>> output : byOutput.entrySet()) {
      List<Retention.Decision> going =
          output.getValue().stream().filter(decision -> !decision.stays()).toList();
      try {
        List<Retention.Decision> done =
            dryRun || going.isEmpty()
                ? output.getValue()
                : retention.remove(output.getKey(), output.getValue(), clock);
        removed +=
            done.stream()
                .filter(decision -> !decision.stays())
                .mapToLong(Retention.Decision::bytes)
                .sum();
        print(output.getKey(), done, dryRun ? "would go" : "removed");
      } catch (InputException e) {
        busy.add(e.getMessage());
      }
    }
    out.printf(
        Locale.ROOT,
        "%s%s%n",
        Progress.Amounts.bytes(removed),
        dryRun ? " would be freed. Dry run: nothing was removed" : " freed");
    if (!busy.isEmpty()) {
      throw new InputException("Not cleaned: " + String.join(" | ", busy));
    }
  }

  private void print(String output, List<Retention.Decision> decisions, String gone) {
    out.println(Summary.display(output));
    for (Retention.Decision decision : decisions) {
      out.printf(
          Locale.ROOT,
          "  %s  %s, %s (%s)%n",
          decision.id(),
          Progress.Amounts.bytes(decision.bytes()),
          decision.stays() ? "stays" : gone,
          decision.reason());
    }
  }
}
