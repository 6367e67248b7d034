package dev.microtome.probing;

import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * The rows of at most k pairs of any number: those whose names have the smallest hash. Samples of
 * parts, added row by row, make that of the whole, wherever the sides of a pair stand. Memory: the
 * rows of k pairs. Not thread-safe.
 */
public final class PairSample<T> {
  private record Place(long hash, String pair) {
    static final Comparator<Place> BY_HASH =
        Comparator.comparingLong(Place::hash).thenComparing(Place::pair);
  }

  private final long seed;
  private final int capacity;
  private final TreeMap<Place, List<T>> pairs = new TreeMap<>(Place.BY_HASH);

  /**
   * A sample of no pairs.
   *
   * @param capacity k, at least 1
   */
  public PairSample(long seed, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be positive: " + capacity);
    }
    this.seed = seed;
    this.capacity = capacity;
  }

  /** A number for a pair's name, the same for both sides. */
  static long hash(long seed, String pair) {
    return Seeds.of(seed, "pair:" + pair);
  }

  /** Adds a row of a pair. */
  public void add(String pair, T row) {
    Place place = new Place(hash(seed, pair), pair);
    if (pairs.size() == capacity && Place.BY_HASH.compare(place, pairs.lastKey()) > 0) {
      // k pairs come before it: it cannot come back.
      return;
    }
    pairs.computeIfAbsent(place, unused -> new ArrayList<>()).add(row);
    if (pairs.size() > capacity) {
      pairs.pollLastEntry();
    }
  }

  /** The rows of each pair, pairs in the order of their hashes, rows as they were added. */
  public List<List<T>> rows() {
    return List.copyOf(pairs.values());
  }
}
