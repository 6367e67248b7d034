package dev.microtome.jobs;

import java.io.Serializable;
import java.util.List;

/**
 * What a run will do, known before Spark starts. Parts are cut from the input and never from the
 * cluster, so that a row's bits do not depend on executors, cores or retries.
 *
 * @param parts the units that are retried, resumed and seeded, in order; a part's index is its
 *     position here
 * @param unit what progress counts, in the plural ("tokens", "bytes")
 * @param totalUnits units in all parts together, or -1 where unknown
 * @param estimatedRows rows that will be written, all tables together, or -1
 * @param estimatedBytes uncompressed bytes that will be written, or -1
 */
public record Plan<P extends Serializable>(
    List<P> parts, String unit, long totalUnits, long estimatedRows, long estimatedBytes) {
  public Plan {
    parts = List.copyOf(parts);
  }
}
