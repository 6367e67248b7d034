package dev.microtome.jobs.contrasts;

import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.probing.PairSideRow;
import dev.microtome.table.TableSpec;

/** What passes between the stages, and what is written beside the tables. */
final class ContrastTables {
  static final TableSpec<PairSideRow> SIDES =
      TableSpec.of("_sides", PairSideRow.class, "Sides of pairs in a part");

  static final TableSpec<SideCountRow> COUNTS =
      TableSpec.of("_counts", SideCountRow.class, "Activations of pairs in a part");

  static final ArtifactSpec PROBES =
      new ArtifactSpec(
          "probes",
          "HOOK.safetensors",
          "The directions: CONCEPT.ccs and CONCEPT.first-component, .weights [2, d] and .intercepts [2], float64, a row a side, the classes' names as metadata CONCEPT:"
              + " scores = [first @ weights[0] + intercepts[0], second @ weights[1] + intercepts[1]]; the second class where the first score is above the second");

  private ContrastTables() {}
}
