package dev.microtome.jobs.erasers;

import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.table.TableSpec;

/** What passes between the job's stages, and what it writes beside its table. */
final class FitTables {
  /** Folder of the relay with the moments of parts. */
  static final String FOLDER = "moments";

  static final TableSpec<MomentsRow> MOMENTS =
      TableSpec.of("_moments", MomentsRow.class, "Where the moments of a part are");

  static final ArtifactSpec ERASERS =
      new ArtifactSpec(
          "erasers",
          "HOOK.safetensors",
          "For each concept CONCEPT.proj_left [d, rank], .proj_right [rank, d], .bias [d], float64:"
              + " erased = x - (x - bias) @ proj_right.T @ proj_left.T");

  private FitTables() {}
}
