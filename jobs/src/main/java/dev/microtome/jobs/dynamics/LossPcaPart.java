package dev.microtome.jobs.dynamics;

import java.io.Serializable;
import java.util.List;

/**
 * One part: the losses of some sequences under all checkpoints.
 *
 * @param smallest first sequence_id of the part
 * @param largest last sequence_id of the part
 * @param slices where they are, perhaps among those of other sequences
 */
record LossPcaPart(ColumnsTask task, long smallest, long largest, List<Slice> slices)
    implements Serializable {
  LossPcaPart {
    slices = List.copyOf(slices);
  }

  /** Rows of the slices, those of other sequences included. */
  long losses() {
    return slices.stream().mapToLong(slice -> slice.to() - slice.from()).sum();
  }

  /** Rows [from, to) of one file. */
  record Slice(String path, long from, long to) implements Serializable {}
}
