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
          "For each concept float64 tensors. CONCEPT.proj_left [d, rank], .proj_right [rank, d], .bias [d]:"
              + " erased = x - (x - bias) @ proj_right.T @ proj_left.T. Oracle: .coefficients [d, k], .mean_z [k]:"
              + " erased = x - (z - mean_z) @ coefficients.T. Quadratic: .transports [k, d, d], .class_means [k, d],"
              + " .mean [d]: erased = einsum('nij,nj->ni', transports[c], x - class_means[c]) + mean."
              + " The metadata CONCEPT.targets has columns and classes in the order of z and c; model,"
              + " model_checkpoint and model_sha256 name the model of the activations, where their table does");

  private FitTables() {}
}
