package dev.microtome.jobs.nightly;

import dev.microtome.jobs.JobRun;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Nights of one output folder. */
record Nights(Path folder) {
  private static final TableSpec<PipelineRow> PIPELINE =
      TableSpec.of("pipeline", PipelineRow.class, "The steps");

  /** A corpus, two models that read it, and one that reads nothing. */
  static final String STEPS =
      """
      shared { small { steps = 2, context-length = 8, architecture { layers = 0, d-model = 4 } } }
      jobs = [
        { name = corpus, job = generate-corpus,
          configuration { kind = bigram, sequences = 20, context-length = 8, text = false } }
        { name = numbers, job = range, configuration { count = 25 } }
        { name = models, job = train-model, configuration = ${shared.small} { tokens = [${output}/corpus] } }
      ]
      """;

  /** Runs these steps. */
  JobRun run(String configuration, String... arguments) throws IOException {
    Path file = folder.resolveSibling("nightly.conf");
    Files.writeString(file, configuration);
    List<String> all = new ArrayList<>(List.of("--config=" + file));
    all.addAll(List.of(arguments));
    return JobRun.of("run-all", folder, all);
  }

  /** What the newest night recorded. */
  List<PipelineRow> rows() throws IOException {
    return JobRun.rows(folder, PIPELINE);
  }

  /** A step and its status each. */
  List<String> statuses() throws IOException {
    return rows().stream().map(row -> row.step() + " " + row.status()).toList();
  }
}
