package dev.microtome.jobs.circuits;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.TableInput;
import dev.microtome.model.FrameworkWeights.Folding;
import java.io.Serializable;
import java.util.Optional;

/**
 * One part: a checkpoint.
 *
 * @param truth the corpus's bigrams; null where there are none, for an Optional does not serialise
 */
record FrameworkPart(
    Checkpoint checkpoint, Folding folding, int bigrams, TableInput truth, int skipTrigrams)
    implements Serializable {

  Optional<TableInput> trueBigrams() {
    return Optional.ofNullable(truth);
  }
}
