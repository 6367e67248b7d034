package dev.microtome.jobs.nightly;

import com.typesafe.config.ConfigObject;
import dev.microtome.config.ConfigException;
import dev.microtome.config.Names;
import dev.microtome.config.Option;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keys of {@code run-all}. */
record RunAllConfig(
    @Option(doc = "the steps, in an order in which each reads only what earlier ones write")
        List<StepConfig> jobs,
    @Option(
            doc = "groups of keys that steps share, used as ${shared.NAME}; not read otherwise",
            orElse = "{}")
        ConfigObject shared,
    @Option(doc = "steps to run, the others are left as they are (--only); []: all", orElse = "[]")
        List<String> only,
    @Option(
            doc = "first step to run, earlier ones are left as they are (--from); null: the first",
            orElse = "null")
        Optional<String> from,
    @Option(doc = "who is told how the night went") NotifyConfig notification,
    @Option(doc = "what becomes of old runs") RetentionConfig retention) {
  RunAllConfig {
    jobs = List.copyOf(jobs);
    only = List.copyOf(only);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < jobs.size(); i++) {
      StepConfig step = jobs.get(i);
      if (!names.add(step.name())) {
        throw new ConfigException("jobs", step.name(), "each step needs a name of its own");
      }
      for (String other : step.after()) {
        if (!names.contains(other) || other.equals(step.name())) {
          throw new ConfigException(
              "jobs[%d].after".formatted(i), other, "must be the name of an earlier step");
        }
      }
    }
    if (jobs.isEmpty()) {
      throw new ConfigException("jobs", jobs, "at least one step is needed");
    }
    for (String name : only) {
      requireStep("only", name, names);
    }
    if (from.isPresent()) {
      requireStep("from", from.get(), names);
    }
    if (chosen(jobs, only, from).isEmpty()) {
      throw new ConfigException(
          "only", only, "are all before the first step to run, " + from.orElseThrow());
    }
  }

  private static void requireStep(String key, String name, Set<String> names) {
    if (!names.contains(name)) {
      throw new ConfigException(
          key,
          name,
          "no step has that name"
              + Names.nearest(name, names)
                  .map(nearest -> ", did you mean " + nearest + "?")
                  .orElse(
                      ", the steps are " + String.join(", ", names.stream().sorted().toList())));
    }
  }

  /** Whether the command runs every step. */
  boolean selectsAll() {
    return chosen(jobs, only, from).size() == jobs.size();
  }

  /** Whether the command runs this step. */
  boolean selects(int step) {
    return chosen(jobs, only, from).contains(jobs.get(step).name());
  }

  private static List<String> chosen(
      List<StepConfig> jobs, List<String> only, Optional<String> from) {
    List<String> names = jobs.stream().map(StepConfig::name).toList();
    return names.subList(from.map(names::indexOf).orElse(0), names.size()).stream()
        .filter(name -> only.isEmpty() || only.contains(name))
        .toList();
  }
}
