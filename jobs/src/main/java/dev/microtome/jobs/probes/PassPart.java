package dev.microtome.jobs.probes;

import dev.microtome.probing.SequenceSpan;
import java.io.Serializable;
import java.util.List;

/**
 * Rows of a hook point that a pass reads.
 *
 * @param part of the activations
 * @param shared where ids of sequences are of which other parts have rows too
 */
record PassPart(int part, List<SequenceSpan> shared) implements Serializable {
  PassPart {
    shared = List.copyOf(shared);
  }
}
