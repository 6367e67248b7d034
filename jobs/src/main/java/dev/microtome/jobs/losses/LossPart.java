package dev.microtome.jobs.losses;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/** One part: a checkpoint and a block of sequences. */
record LossPart(LossTask task, TokenSlices tokens) implements Serializable {
  /** Changes when the model, its name, its step or the sequences do. */
  String identity(TableInput table) {
    Checkpoint checkpoint = task.checkpoint();
    return "%s\n%d %s\n%s"
        .formatted(
            checkpoint.model(),
            checkpoint.step(),
            checkpoint.folder().digest(),
            tokens.identity(table));
  }
}
