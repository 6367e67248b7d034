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
 * @param identities what tells the parts apart over runs; none where a part's rows follow from more
 *     than its own input
 */
public record Plan<P extends Serializable>(
    List<P> parts,
    String unit,
    long totalUnits,
    long estimatedRows,
    long estimatedBytes,
    PartIdentities identities) {
  public Plan {
    parts = List.copyOf(parts);
    if (!identities.none() && identities.ofParts().size() != parts.size()) {
      throw new IllegalArgumentException(
          identities.ofParts().size() + " identities of " + parts.size() + " parts");
    }
  }

  /** A plan whose parts are computed in every run. */
  public Plan(
      List<P> parts, String unit, long totalUnits, long estimatedRows, long estimatedBytes) {
    this(parts, unit, totalUnits, estimatedRows, estimatedBytes, PartIdentities.NONE);
  }

  /** The same plan with parts that a later run takes over where they are the same. */
  public Plan<P> withIdentities(PartIdentities of) {
    return new Plan<>(parts, unit, totalUnits, estimatedRows, estimatedBytes, of);
  }
}
