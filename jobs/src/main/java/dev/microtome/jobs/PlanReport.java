package dev.microtome.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.run.InputRecord;
import dev.microtome.run.Secrets;
import dev.microtome.table.TableSpec;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What {@code --dry-run} prints. */
final class PlanReport {
  private PlanReport() {}

  static void print(
      PrintStream out,
      JsonNode configuration,
      List<InputRecord> inputs,
      Plan<?> plan,
      Job<?, ?> job,
      MemoryEstimate memory) {
    out.println("Configuration");
    Secrets.redacted(configuration)
        .properties()
        .forEach(entry -> out.println("  " + entry.getKey() + " = " + entry.getValue()));
    out.println("Inputs");
    for (InputRecord input : inputs) {
      out.printf(
          Locale.ROOT,
          "  %s %s: %,d files, %s%s, sha256 %s%n",
          input.kind(),
          Secrets.redacted(Summary.display(input.path())),
          input.files(),
          Progress.Amounts.bytes(input.bytes()),
          input.rows() < 0 ? "" : String.format(Locale.ROOT, ", %,d rows", input.rows()),
          input.digest().substring(0, 12));
    }
    out.println("Plan");
    out.printf(Locale.ROOT, "  parts: %,d%n", plan.parts().size());
    if (plan.totalUnits() >= 0) {
      out.printf(Locale.ROOT, "  %s: %,d%n", plan.unit(), plan.totalUnits());
    }
    out.println(
        "  rows: "
            + (plan.estimatedRows() < 0
                ? "not known before the run"
                : String.format(Locale.ROOT, "%,d", plan.estimatedRows())));
    out.println(
        "  bytes before compression: "
            + (plan.estimatedBytes() < 0
                ? "not known before the run"
                : "about " + Progress.Amounts.bytes(plan.estimatedBytes())));
    memory.lines().forEach(line -> out.println("  " + line));
    out.println(
        "  tables: "
            + String.join(", ", job.tables().stream().map(TableSpec::name).distinct().toList()));
    if (!job.artifacts().isEmpty()) {
      out.println(
          "  artifacts: "
              + String.join(", ", job.artifacts().stream().map(ArtifactSpec::name).toList()));
    }
  }
}
