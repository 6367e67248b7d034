package dev.microtome.jobs;

import dev.microtome.config.UsageException;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;

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
    Cleaning cleaning = new Cleaning(files, keep);
    Cleaning.Report report =
        mode.isDry() ? cleaning.forecast(folder) : cleaning.remove(folder, clock);
    report.lines().forEach(out::println);
    out.println(
        report.freed()
            + (mode.isDry() ? " would be freed. Dry run: nothing was removed" : " freed"));
    if (!report.busy().isEmpty()) {
      throw new InputException("Not cleaned: " + String.join(" | ", report.busy()));
    }
  }
}
