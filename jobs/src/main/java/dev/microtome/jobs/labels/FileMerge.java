package dev.microtome.jobs.labels;

import dev.microtome.jobs.Relay;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** How files of the relay become one; ships to executors. */
@FunctionalInterface
public interface FileMerge extends Serializable {
  /**
   * Merges them.
   *
   * @param files in the order of the rows behind them
   * @param merged the file to write
   */
  void merge(List<String> files, String merged, Relay relay) throws IOException;
}
