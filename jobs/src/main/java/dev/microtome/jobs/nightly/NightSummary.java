package dev.microtome.jobs.nightly;

import java.util.List;
import java.util.Locale;

/** The night in words, for a file, a mail or a message. */
record NightSummary(List<PipelineRow> steps) {
  /** How the message of a step that is well begins. */
  static final String WARNING = "warning: ";

  NightSummary {
    steps = List.copyOf(steps);
  }

  /** The steps that are not well. */
  List<PipelineRow> unwell() {
    return steps.stream()
        .filter(
            row ->
                row.status().equals(StepStatus.FAILED.shown())
                    || row.status().equals(StepStatus.BLOCKED.shown()))
        .toList();
  }

  boolean well() {
    return unwell().isEmpty();
  }

  String status() {
    return well() ? "well" : "failed";
  }

  /** One line: how many steps ended how, and which are not well. */
  String headline() {
    StringBuilder line = new StringBuilder(well() ? "All is well" : "Not well");
    for (StepStatus status : StepStatus.values()) {
      List<String> names =
          steps.stream()
              .filter(row -> row.status().equals(status.shown()))
              .map(PipelineRow::step)
              .toList();
      if (!names.isEmpty()) {
        line.append(line.indexOf(":") < 0 ? ": " : ", ")
            .append(names.size())
            .append(' ')
            .append(status.shown());
        if (!status.well()) {
          line.append(" (").append(String.join(", ", names)).append(')');
        }
      }
    }
    List<String> warned =
        steps.stream()
            .filter(row -> row.message().startsWith(WARNING) && !unwell().contains(row))
            .map(PipelineRow::step)
            .toList();
    if (!warned.isEmpty()) {
      line.append(", %d with a warning (%s)".formatted(warned.size(), String.join(", ", warned)));
    }
    return line.toString();
  }

  /**
   * The headline, then a line a step with time, rows and bytes, and the reason of its failure or
   * its warnings.
   */
  String text() {
    int width = steps.stream().mapToInt(row -> row.step().length()).max().orElse(0);
    StringBuilder text = new StringBuilder(headline()).append('\n');
    for (PipelineRow row : steps) {
      text.append(
              String.format(
                  Locale.ROOT,
                  "%-" + (width + 2) + "s%-12s %9.1f s %,15d rows %,18d bytes",
                  row.step(),
                  row.status(),
                  row.seconds(),
                  row.rows(),
                  row.bytes()))
          .append(row.message().isEmpty() ? "" : "  " + row.message())
          .append('\n');
    }
    return text.toString();
  }
}
