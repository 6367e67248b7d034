package dev.microtome.jobs.scrubbing;

import dev.microtome.erasure.ScrubbingSumsRow;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.table.TableSpec;

/** What passes between the job's stages, and what it writes beside its tables. */
final class ScrubTables {
  static final TableSpec<ScrubbingSumsRow> SUMS =
      TableSpec.of("_sums", ScrubbingSumsRow.class, "What a part adds to the losses");

  static final ArtifactSpec ERASERS =
      new ArtifactSpec(
          "erasers",
          "HOOK.safetensors",
          "As those of fit-leace, of the concept and as random_N of random subspaces; each is for a pass with all those below it");

  private ScrubTables() {}
}
