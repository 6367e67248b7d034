package dev.microtome.jobs.probes;

import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.probing.ProbeCountRow;
import dev.microtome.probing.ProbePartRow;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.table.TableSpec;

/** What passes between the stages, and what is written beside the tables. */
final class SampleTables {
  static final TableSpec<ProbeSampleRow> SAMPLE =
      TableSpec.of("_sample", ProbeSampleRow.class, "Rows of a part that a probe may need");

  static final TableSpec<ProbeCountRow> COUNTS =
      TableSpec.of("_counts", ProbeCountRow.class, "Activations with labels in a part");

  static final TableSpec<ProbePartRow> PARTS =
      TableSpec.of("_parts", ProbePartRow.class, "Hook points of a part");

  static final ArtifactSpec PROBES =
      new ArtifactSpec(
          "probes",
          "HOOK.safetensors",
          "The linear probes: CONCEPT.PROBE.weights [K, d] and .intercepts [K], float64, the classes' names as metadata CONCEPT:"
              + " scores = x @ weights.T + intercepts; of two classes one row, the logit of the second");

  private SampleTables() {}
}
