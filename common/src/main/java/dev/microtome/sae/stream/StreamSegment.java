package dev.microtome.sae.stream;

import java.io.Serializable;

/**
 * A stretch of a stream that is read by itself, by one of several workers.
 *
 * @param firstBatch number of its first batch in the whole stream, from 0
 * @param batches in it, at least 1
 */
public record StreamSegment(long firstBatch, long batches) implements Serializable {
  public StreamSegment {
    if (firstBatch < 0 || batches < 1) {
      throw new IllegalArgumentException(
          "a segment of %d batches from batch %d, expected 1 or more from 0 or later"
              .formatted(batches, firstBatch));
    }
  }
}
