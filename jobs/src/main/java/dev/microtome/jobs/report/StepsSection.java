package dev.microtome.jobs.report;

import java.util.List;

/** How long each step took. */
final class StepsSection implements Section {
  private final List<StepFacts> steps;

  StepsSection(List<StepFacts> steps) {
    this.steps = List.copyOf(steps);
  }

  @Override
  public String id() {
    return "steps";
  }

  @Override
  public String heading() {
    return "The pipeline";
  }

  @Override
  public boolean given(ReportTables tables) {
    return !steps.isEmpty();
  }

  @Override
  public String write(Tag into, ReportTables tables) {
    double seconds = steps.stream().mapToDouble(StepFacts::seconds).sum();
    Grid grid =
        new Grid(
            into,
            "The run that each step's folder named when this page was written, from its manifest",
            List.of("Step", "Job", "Time", "Rows", "Written"));
    for (StepFacts step : steps) {
      grid.row(
          step.name(),
          step.job(),
          Numbers.seconds(step.seconds()),
          Numbers.count(step.rows()),
          Numbers.bytes(step.bytes()));
    }
    long rows = steps.stream().mapToLong(StepFacts::rows).sum();
    long bytes = steps.stream().mapToLong(StepFacts::bytes).sum();
    grid.row("All", "", Numbers.seconds(seconds), Numbers.count(rows), Numbers.bytes(bytes));
    return "%d steps wrote %s rows in %s."
        .formatted(steps.size(), Numbers.count(rows), Numbers.seconds(seconds));
  }
}
