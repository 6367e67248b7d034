package dev.microtome.jobs.nightly;

import dev.microtome.config.Names;
import dev.microtome.jobs.JobStep;
import dev.microtome.jobs.JobSteps;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the steps of a configuration and finds out which of them need which. */
final class NightSteps {
  private static final Pattern PATTERN = Pattern.compile("[*?{\\[]");

  private NightSteps() {}

  /**
   * All steps, in order.
   *
   * @param output folder under which each has its own
   * @throws InputException when a step's keys are refused, or it reads what only it or a later one
   *     writes, or of the output what is not there and no step writes
   */
  static List<NightStep> of(RunAllConfig config, String output, JobSteps jobs, FileStore files) {
    List<JobStep> read = new ArrayList<>();
    for (StepConfig step : config.jobs()) {
      read.add(
          jobs.read(
              step.name(),
              step.job(),
              step.configuration(),
              FileStore.resolve(output, step.name())));
    }
    String root = qualified(output, files);
    List<String> names = config.jobs().stream().map(StepConfig::name).toList();
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
      requireWritten(step.name(), read.get(i).inputs(), names, root, files);
      steps.add(
          new NightStep(
              step.name(),
              read.get(i),
              List.copyOf(needs),
              config.selects(i) ? NightStep.Selection.SELECTED : NightStep.Selection.LEFT));
    }
    return List.copyOf(steps);
  }

  /**
   * A misspelt name is to be told before the steps before it have run for hours. Of a pattern, what
   * it will find cannot be known yet.
   *
   * @param root the output, qualified as the inputs are
   */
  private static void requireWritten(
      String step, List<String> inputs, List<String> names, String root, FileStore files) {
    for (String path : inputs) {
      if (path.startsWith(root + "/")) {
        String name = path.substring(root.length() + 1).split("/", 2)[0];
        if (!PATTERN.matcher(name).find()
            && !names.contains(name)
            && !isThere(FileStore.resolve(root, name), files)) {
          throw new InputException(
              "Step '%s' reads %s, which is not there and no step writes%s"
                  .formatted(step, path, Names.hint(name, names)));
        }
      }
    }
  }

  private static String qualified(String output, FileStore files) {
    try {
      String qualified = files.qualify(output);
      return qualified.endsWith("/") ? qualified.substring(0, qualified.length() - 1) : qualified;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isThere(String path, FileStore files) {
    try {
      return files.exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean reads(JobStep step, JobStep other) {
    return step.inputs().stream()
        .anyMatch(path -> path.equals(other.output()) || path.startsWith(other.output() + "/"));
  }
}
