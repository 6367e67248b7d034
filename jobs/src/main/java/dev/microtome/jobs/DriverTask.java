package dev.microtome.jobs;

import java.io.IOException;

/** Work that needs no cluster, such as the decomposition of a small matrix. */
@FunctionalInterface
public interface DriverTask {
  /** Writes what the stage makes. */
  void run(PartOutput output) throws IOException;
}
