package dev.microtome.jobs.report;

import dev.microtome.run.Manifest;
import java.io.Serializable;

/**
 * How long a run took and what it wrote.
 *
 * @param name of the folder of its runs
 * @param bytes of its tables and artifacts
 */
record StepFacts(String name, String job, double seconds, long rows, long bytes)
    implements Serializable {

  static StepFacts of(String name, Manifest manifest) {
    return new StepFacts(
        name,
        manifest.job(),
        manifest.wallSeconds(),
        manifest.tables().values().stream().mapToLong(Manifest.Table::rows).sum(),
        manifest.tables().values().stream().mapToLong(Manifest.Table::bytes).sum()
            + manifest.artifacts().values().stream().mapToLong(Manifest.Artifact::bytes).sum());
  }
}
