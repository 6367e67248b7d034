package dev.microtome.jobs.inputs;

import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.PartContext;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import java.io.IOException;

/**
 * The weights of a checkpoint for one part alone: a series has no bound, so that an executor must
 * not keep what it has looked at.
 */
public final class CheckpointWeights {
  private CheckpointWeights() {}

  /**
   * Loads them.
   *
   * @param parent gives the device and owns the memory until the weights are closed
   * @throws RejectedContentException naming the checkpoint if a weight is not finite
   */
  public static ModelWeights load(Checkpoint checkpoint, PartContext context, NDManager parent)
      throws IOException {
    ModelWeights weights =
        ModelWeights.load(ModelFiles.open(context.models().folder(checkpoint.folder())), parent);
    try {
      weights.requireFinite();
      return weights;
    } catch (InputException e) {
      weights.close();
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
