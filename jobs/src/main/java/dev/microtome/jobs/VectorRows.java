package dev.microtome.jobs;

import java.io.Closeable;
import java.io.IOException;

/**
 * Rows of a table of vectors, read for their numbers alone: a vector goes from Parquet's page into
 * an array, with nothing made for a row in between.
 */
public interface VectorRows extends Closeable {
  /**
   * Reads the next row.
   *
   * @param target where the vector's values go, from {@code start} on, widened to float32
   * @return the row's identifier
   * @throws dev.microtome.run.InputException if the vector has another width than asked for
   */
  long next(float[] target, int start) throws IOException;

  /** Passes over rows. */
  void skip(long rows) throws IOException;
}
