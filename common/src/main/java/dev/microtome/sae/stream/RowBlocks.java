package dev.microtome.sae.stream;

import java.io.Closeable;
import java.io.IOException;

/**
 * Rows of activations in blocks that can be read apart, such as row groups of a table. What a block
 * holds and in which order is always the same. Read by one thread at a time.
 */
public interface RowBlocks {
  /** Floats of a row. */
  int width();

  /** Number of blocks. */
  int count();

  /** Rows of a block, at least 1. */
  long rows(int block);

  /**
   * Opens a block.
   *
   * @param from first row to be read, from 0
   */
  Rows open(int block, long from) throws IOException;

  /** What a block is called in messages. */
  String place(int block);

  /** Rows of all blocks. */
  default long totalRows() {
    long total = 0;
    for (int block = 0; block < count(); block++) {
      total += rows(block);
    }
    return total;
  }

  /** Rows of a block, one after the other. */
  interface Rows extends Closeable {
    /**
     * Reads the next row.
     *
     * @param target where its floats go, from {@code start} on
     * @return the sequence that the row's token is of
     */
    long next(float[] target, int start) throws IOException;

    /** Passes over rows. */
    void skip(long rows) throws IOException;
  }
}
