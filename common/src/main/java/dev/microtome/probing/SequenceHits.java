package dev.microtome.probing;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many rows of each sequence a probe was right of: what its accuracy varies by. Merges over
 * parts, whichever sequences they cut. Memory: some words a sequence.
 */
final class SequenceHits {
  private final Map<Long, long[]> bySequence = new TreeMap<>();

  /** Adds rows of a sequence, of which {@code right} are right. */
  void add(long sequence, long rows, long right) {
    long[] counts = bySequence.computeIfAbsent(sequence, unused -> new long[2]);
    counts[0] += rows;
    counts[1] += right;
  }

  void merge(SequenceHits other) {
    other.bySequence.forEach((sequence, counts) -> add(sequence, counts[0], counts[1]));
  }

  private long total(int column) {
    return bySequence.values().stream().mapToLong(counts -> counts[column]).sum();
  }

  /**
   * n over the design effect, never above n. Where all rows are right, or all wrong, the number of
   * sequences.
   */
  double effectiveRows() {
    long rows = total(0);
    double accuracy = (double) total(1) / rows;
    double binomial = rows * accuracy * (1 - accuracy);
    if (binomial == 0) {
      return bySequence.size();
    }
    double variance = 0;
    for (long[] counts : bySequence.values()) {
      double beyond = counts[1] - counts[0] * accuracy;
      variance += beyond * beyond;
    }
    return rows / Math.max(1, variance / binomial);
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(bySequence.size());
    for (Map.Entry<Long, long[]> each : bySequence.entrySet()) {
      out.writeLong(each.getKey());
      out.writeLong(each.getValue()[0]);
      out.writeLong(each.getValue()[1]);
    }
  }

  static SequenceHits read(DataInput in) throws IOException {
    SequenceHits hits = new SequenceHits();
    for (int left = in.readInt(); left > 0; left--) {
      hits.add(in.readLong(), in.readLong(), in.readLong());
    }
    return hits;
  }
}
