package dev.microtome.jobs.gaps;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point.
 *
 * @param files with its vectors, in the order of the parts that wrote them
 */
record HookVectors(String hook, List<String> files) implements Serializable {
  HookVectors {
    files = List.copyOf(files);
  }
}
