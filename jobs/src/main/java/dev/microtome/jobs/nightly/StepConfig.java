package dev.microtome.jobs.nightly;

import com.typesafe.config.ConfigObject;
import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.util.List;

/** A step of {@code run-all}. */
record StepConfig(
    @Option(
            doc =
                "name of the step and of its folder under --output: letters, digits, _ and -;"
                    + " unique")
        String name,
    @Option(doc = "job that the step runs") String job,
    @Option(
            doc =
                "the job's keys, as in conf/jobs; a path below ${output} names an earlier step's"
                    + " output",
            orElse = "{}")
        ConfigObject configuration,
    @Option(
            doc = "steps that must be well before this one besides those that it reads",
            orElse = "[]")
        List<String> after) {
  StepConfig {
    if (!name.matches("[a-z][A-Za-z0-9_-]*") || name.equals("latest")) {
      throw new ConfigException(
          "name",
          name,
          "must be a lower-case letter, then letters, digits, _ and -, and not latest");
    }
    after = List.copyOf(after);
  }
}
