package dev.microtome.sae.stream;

import java.io.Serializable;

/**
 * How rows become batches.
 *
 * @param batchRows rows of a batch
 * @param bufferRows rows that are mixed with each other, at least two batches; more than there are
 *     count as all there are
 * @param epochs how often the rows are read
 * @param batches given in all
 * @param seed of the blocks' order and the mixing
 */
public record StreamSettings(int batchRows, int bufferRows, int epochs, long batches, long seed)
    implements Serializable {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is not positive, or the buffer is below two batches
   */
  public StreamSettings {
    if (batchRows < 1 || epochs < 1 || batches < 1) {
      throw new IllegalArgumentException(
          "%d batches of %d rows over %d epochs, expected positive numbers"
              .formatted(batches, batchRows, epochs));
    }
    if (bufferRows < 2L * batchRows) {
      throw new IllegalArgumentException(
          "a buffer of %d rows, expected at least two batches of %d"
              .formatted(bufferRows, batchRows));
    }
  }

  /** Batches in so many rows, none begun that is not whole. */
  public static long wholeBatches(long rows, int batchRows) {
    return rows / batchRows;
  }
}
