package dev.microtome.sae.training;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@link Selection#BATCH}: the k·n largest values above zero of n rows, exactly, from one pass and
 * without the rows in memory. Of equal ones that of the lower row stays, then of the lower feature.
 *
 * <p>Each worker keeps candidates. When it has twice as many as are wanted, it drops all but the
 * wanted, the least of which is from then on a lower bound for everybody: so many values are above
 * it already. Of N values in no order some k·n·ln(N/(k·n)) become candidates; what is found hangs
 * neither on the bounds nor on who sees which row.
 *
 * <p>Memory: for each worker 2kn + features keys of 8 bytes, three times.
 */
final class BatchSelector implements Selector {
  private final double k;
  private final int features;
  private final Candidates[] ofWorkers;
  private final AtomicInteger bound = new AtomicInteger();
  private long[] order = new long[0];
  private SparseCodes codes;
  private int most;

  BatchSelector(double k, int features, int workers) {
    this.k = k;
    this.features = features;
    ofWorkers = new Candidates[workers];
  }

  @Override
  public void begin(SparseCodes newCodes) {
    codes = newCodes;
    int wanted = kept(k, codes.rows());
    if (most != wanted || ofWorkers[0] == null) {
      most = wanted;
      requireFits(codes.rows(), features);
      int room = Math.addExact(Math.multiplyExact(2, most), features);
      Arrays.setAll(ofWorkers, i -> new Candidates(room));
      order = new long[Math.multiplyExact(ofWorkers.length, room)];
    }
    bound.set(0);
    for (Candidates candidates : ofWorkers) {
      candidates.count = 0;
    }
  }

  /**
   * Checks that a batch's places have keys of their own.
   *
   * @throws IllegalArgumentException if there are more than 2³²
   */
  static void requireFits(int rows, int features) {
    if ((long) rows * features > 1L << 32) {
      throw new IllegalArgumentException(
          "%,d rows × %,d features are more places than the 2³² of one selection; a batch of at most %,d rows has a key for each"
              .formatted(rows, features, (1L << 32) / features));
    }
  }

  /** The features that a batch of so many rows has. */
  static int kept(double k, int rows) {
    return (int) (k * rows);
  }

  @Override
  public void add(int worker, int row, float[] values, float[] bias, float norm) {
    if (most > 0) {
      ofWorkers[worker].add(values, bias, (long) row * features);
    }
  }

  /** What one worker has found. */
  private final class Candidates {
    private final long[] keys;
    private final long[] scratch;
    private int count;

    Candidates(int room) {
      keys = new long[room];
      scratch = new long[room];
    }

    void add(float[] values, float[] bias, long place) {
      if (count >= 2 * most) {
        prune();
      }
      float least = Math.max(Float.intBitsToFloat(bound.get()), Float.MIN_VALUE);
      int found = count;
      for (int j = 0; j < values.length; j++) {
        float value = values[j] + bias[j];
        if (value >= least) {
          keys[found++] = Largest.key(value, place + j);
        }
      }
      count = found;
    }

    private void prune() {
      System.arraycopy(keys, 0, scratch, 0, count);
      long least = Largest.kth(scratch, count, most);
      int left = 0;
      for (int i = 0; i < count; i++) {
        if (keys[i] >= least) {
          keys[left++] = keys[i];
        }
      }
      count = left;
      // Bits of floats above zero are ordered as the floats are.
      bound.accumulateAndGet((int) (least >>> 32), Math::max);
    }
  }

  @Override
  public void finish() {
    long least = least();
    int[] counts = new int[codes.rows()];
    for (Candidates candidates : ofWorkers) {
      int row = 0;
      long end = features;
      for (int i = 0; i < candidates.count; i++) {
        long key = candidates.keys[i];
        if (key >= least) {
          long place = Largest.place(key);
          while (place >= end) {
            row++;
            end += features;
          }
          counts[row]++;
        }
      }
    }
    codes.layOut(counts);
    for (Candidates candidates : ofWorkers) {
      write(candidates, least);
    }
  }

  /** The least key that is kept. */
  private long least() {
    int found = 0;
    for (Candidates candidates : ofWorkers) {
      found += candidates.count;
    }
    if (found <= most) {
      return Long.MIN_VALUE;
    }
    int at = 0;
    for (Candidates candidates : ofWorkers) {
      System.arraycopy(candidates.keys, 0, order, at, candidates.count);
      at += candidates.count;
    }
    return Largest.kth(order, found, most);
  }

  /** A row is one worker's, and its candidates lie side by side with ascending features. */
  private void write(Candidates candidates, long least) {
    int[] indices = codes.indices();
    float[] values = codes.values();
    int row = -1;
    long first = -features;
    int at = 0;
    for (int i = 0; i < candidates.count; i++) {
      long key = candidates.keys[i];
      if (key >= least) {
        long place = Largest.place(key);
        if (place >= first + features) {
          while (place >= first + features) {
            row++;
            first += features;
          }
          at = codes.from(row);
        }
        indices[at] = (int) (place - first);
        values[at++] = Largest.value(key);
      }
    }
  }
}
