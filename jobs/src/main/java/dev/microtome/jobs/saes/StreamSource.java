package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.sae.stream.RowBlocks;
import java.io.IOException;
import java.io.Serializable;

/**
 * Where the activations of a stream come from, of one hook or of several side by side: plain data
 * that ships to executors.
 */
sealed interface StreamSource extends Serializable
    permits StoredActivations, PairedActivations, ComputedActivations {
  /** Values of a row. */
  int width();

  /** Name of the model that they are of; empty where it is not known. */
  String modelName();

  /** Digest of that model's files; empty where it is not known. */
  String modelSha256();

  /** Rows of each block. */
  long[] blockRows();

  /** Bytes of a block that are in the heap at once; 0 where it is read row by row. */
  default long blockBytes() {
    return 0;
  }

  /** Makes the blocks readable on an executor. */
  RowBlocks blocks(PartContext context) throws IOException;
}
