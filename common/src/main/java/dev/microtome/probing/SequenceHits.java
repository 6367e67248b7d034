package dev.microtome.probing;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * How many rows of each sequence a probe was right of: what its accuracy varies by. Merges over
 * parts, whichever sequences they cut. Memory: some words for each sequence that is not closed.
 */
final class SequenceHits {
  private final Map<Long, long[]> bySequence = new TreeMap<>();

  /** Of closed sequences, of n rows each and r right: their number, Σn, Σr, Σn², Σnr and Σr². */
  private final long[] closed = new long[6];

  /** Adds rows of a sequence, of which {@code right} are right. */
  void add(long sequence, long rows, long right) {
    long[] counts = bySequence.computeIfAbsent(sequence, unused -> new long[2]);
    counts[0] += rows;
    counts[1] += right;
  }

  /**
   * Sums up sequences of which no more rows come, so that their number costs nothing.
   *
   * @param open ids of which other parts may have rows
   */
  void close(LongPredicate open) {
    for (Iterator<Map.Entry<Long, long[]>> all = bySequence.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Long, long[]> each = all.next();
      if (!open.test(each.getKey())) {
        long rows = each.getValue()[0];
        long right = each.getValue()[1];
        closed[0]++;
        closed[1] += rows;
        closed[2] += right;
        closed[3] += rows * rows;
        closed[4] += rows * right;
        closed[5] += right * right;
        all.remove();
      }
    }
  }

  void merge(SequenceHits other) {
    other.bySequence.forEach((sequence, counts) -> add(sequence, counts[0], counts[1]));
    for (int i = 0; i < closed.length; i++) {
      closed[i] += other.closed[i];
    }
  }

  /** Sequences that are not closed. */
  int open() {
    return bySequence.size();
  }

  private long total(int column) {
    return closed[1 + column]
        + bySequence.values().stream().mapToLong(counts -> counts[column]).sum();
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
      return closed[0] + bySequence.size();
    }
    double variance = closed[5] - 2 * accuracy * closed[4] + accuracy * accuracy * closed[3];
    for (long[] counts : bySequence.values()) {
      double beyond = counts[1] - counts[0] * accuracy;
      variance += beyond * beyond;
    }
    return rows / Math.max(1, variance / binomial);
  }

  void write(DataOutput out) throws IOException {
    for (long sum : closed) {
      out.writeLong(sum);
    }
    out.writeInt(bySequence.size());
    for (Map.Entry<Long, long[]> each : bySequence.entrySet()) {
      out.writeLong(each.getKey());
      out.writeLong(each.getValue()[0]);
      out.writeLong(each.getValue()[1]);
    }
  }

  static SequenceHits read(DataInput in) throws IOException {
    SequenceHits hits = new SequenceHits();
    for (int i = 0; i < hits.closed.length; i++) {
      hits.closed[i] = in.readLong();
    }
    for (int left = in.readInt(); left > 0; left--) {
      hits.add(in.readLong(), in.readLong(), in.readLong());
    }
    return hits;
  }
}
