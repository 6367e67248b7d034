package dev.microtome.jobs.inputs;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;

/** Refuses a checkpoint of which nothing but NaN could be said. */
public final class FiniteWeights {
  private FiniteWeights() {}

  /**
   * Looks at every weight.
   *
   * @throws RejectedContentException naming the checkpoint and the parameter
   */
  public static void require(Checkpoint checkpoint, ModelWeights weights) {
    try {
      weights.requireFinite();
    } catch (InputException e) {
      throw rejected(checkpoint, e.getMessage(), e);
    }
  }

  /** A refusal that names the checkpoint. */
  public static RejectedContentException rejected(
      Checkpoint checkpoint, String problem, Throwable cause) {
    return new RejectedContentException(
        "checkpoint %s, step %d of model '%s': %s"
            .formatted(checkpoint.folder().path(), checkpoint.step(), checkpoint.model(), problem),
        cause);
  }
}
