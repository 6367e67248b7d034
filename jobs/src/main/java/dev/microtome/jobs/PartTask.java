package dev.microtome.jobs;

import java.io.IOException;
import java.io.Serializable;

/**
 * The work of one part: plain data, so that it ships to an executor and runs in a unit test alike.
 * May run more than once for the same part, at the same time on different machines; only one
 * attempt's files are kept.
 */
public interface PartTask<P extends Serializable> extends Serializable {
  /**
   * Writes the part's rows through {@link PartContext#writer} and its files through {@link
   * PartContext#artifact}.
   *
   * @return units of work done, in {@link Plan#unit}
   */
  long run(P part, PartContext context) throws IOException;
}
