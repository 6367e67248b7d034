package dev.microtome.probing;

import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * At most k rows of any number, each as likely as any other: those whose place has the smallest
 * hash. Samples of parts merge to the sample of the whole, whatever the parts. Memory: k rows. Not
 * thread-safe.
 */
public final class RowSample<T> {
  private record Place<T>(long hash, long sequence, int position, T row) {
    static <T> Comparator<Place<T>> byHash() {
      return Comparator.<Place<T>>comparingLong(Place::hash)
          .thenComparingLong(Place::sequence)
          .thenComparingInt(Place::position);
    }
  }

  private final long seed;
  private final int capacity;
  private final long largestHash;
  private final PriorityQueue<Place<T>> rows = new PriorityQueue<>(Place.<T>byHash().reversed());
  private long seen;

  /**
   * A sample of no rows.
   *
   * @param capacity k, at least 1
   */
  public RowSample(long seed, int capacity) {
    this(seed, capacity, 1);
  }

  /**
   * A sample of no rows that holds none but those of the smallest hashes, however few it is given:
   * for a part of so many rows that their sample will hold none beyond.
   *
   * @param share of all hashes, above 0 and at most 1
   */
  public RowSample(long seed, int capacity, double share) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be positive: " + capacity);
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share is %s, expected above 0 and at most 1".formatted(share));
    }
    this.seed = seed;
    this.capacity = capacity;
    // A cast takes what is beyond a long to the largest one.
    largestHash = (long) (share * 0x1p64 - 0x1p63);
  }

  /** Adds the row of a place, which is added once. */
  public void add(long sequence, int position, T row) {
    seen++;
    add(new Place<>(Seeds.of(seed, "sample", sequence, position), sequence, position, row));
  }

  private void add(Place<T> place) {
    if (place.hash() > largestHash) {
      return;
    }
    if (rows.size() < capacity) {
      rows.add(place);
    } else if (Place.<T>byHash().compare(place, rows.peek()) < 0) {
      rows.poll();
      rows.add(place);
    }
  }

  /**
   * Adds the rows behind another.
   *
   * @throws IllegalArgumentException if it has another seed or capacity
   */
  public void merge(RowSample<T> other) {
    if (other.seed != seed || other.capacity != capacity) {
      throw new IllegalArgumentException(
          "A sample of %d rows and seed %d, expected %d and %d"
              .formatted(other.capacity, other.seed, capacity, seed));
    }
    seen += other.seen;
    other.rows.forEach(this::add);
  }

  /** Rows added, in the sample or not. */
  public long seen() {
    return seen;
  }

  /** The sample, in the order of sequences and positions. */
  public List<T> rows() {
    List<Place<T>> places = new ArrayList<>(rows);
    places.sort(
        Comparator.<Place<T>>comparingLong(Place::sequence).thenComparingInt(Place::position));
    return places.stream().map(Place::row).toList();
  }
}
