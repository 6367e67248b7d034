package dev.microtome.jobs.contrasts;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point.
 *
 * @param sides files with sides of its pairs, in the order of the parts that wrote them
 * @param counts files with its counts
 */
record ContrastPart(String hook, List<String> sides, List<String> counts) implements Serializable {
  ContrastPart {
    sides = List.copyOf(sides);
    counts = List.copyOf(counts);
  }
}
