package dev.microtome.jobs.probes;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point.
 *
 * @param samples files with its sampled rows, in the order of the parts that wrote them
 * @param counts files with its counts
 */
record HookPart(String hook, List<String> samples, List<String> counts) implements Serializable {
  HookPart {
    samples = List.copyOf(samples);
    counts = List.copyOf(counts);
  }
}
