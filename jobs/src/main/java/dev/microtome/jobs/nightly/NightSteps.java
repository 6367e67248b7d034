package dev.microtome.jobs.nightly;

import dev.microtome.jobs.JobStep;
import dev.microtome.jobs.JobSteps;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads the steps of a configuration and finds out which of them need which. */
final class NightSteps {
  private NightSteps() {}

  /**
   * All steps, in order.
   *
   * @param output folder under which each has its own
   * @throws InputException when a step's keys are refused, or it reads what only it or a later one
   *     writes
   */
  static List<NightStep> of(RunAllConfig config, String output, JobSteps jobs) {
    List<JobStep> read = new ArrayList<>();
    for (StepConfig step : config.jobs()) {
      read.add(
          jobs.read(
              step.name(),
              step.job(),
              step.configuration(),
              FileStore.resolve(output, step.name())));
    }
    List<NightStep> steps = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      StepConfig step = config.jobs().get(i);
      Set<String> needs = new LinkedHashSet<>();
      for (int other = 0; other < read.size(); other++) {
        String name = config.jobs().get(other).name();
        boolean reads = reads(read.get(i), read.get(other));
        if (reads && other >= i) {
          throw new InputException(
              other == i
                  ? "Step '%s' reads what it writes itself: %s"
                      .formatted(name, read.get(i).output())
                  : "Step '%s' reads %s, which a later step writes: move '%s' before it"
                      .formatted(step.name(), read.get(other).output(), name));
        } else if (reads || step.after().contains(name)) {
          needs.add(name);
        }
      }
      steps.add(
          new NightStep(
              step.name(),
              read.get(i),
              List.copyOf(needs),
              config.selects(i) ? NightStep.Selection.SELECTED : NightStep.Selection.LEFT));
    }
    return List.copyOf(steps);
  }

  private static boolean reads(JobStep step, JobStep other) {
    return step.inputs().stream()
        .anyMatch(path -> path.equals(other.output()) || path.startsWith(other.output() + "/"));
  }
}
