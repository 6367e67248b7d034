package dev.microtome.sae.training;

/**
 * Pre-activations above zero as keys that order them: by the value, of equal ones the one of the
 * lower place first. Selection among them is exact and hangs on nothing but the set.
 */
final class Largest {
  private Largest() {}

  /**
   * The key of a value above zero.
   *
   * @param place below 2³²; no two keys of a selection have the same
   */
  static long key(float value, long place) {
    return ((long) Float.floatToRawIntBits(value) << 32) | (~place & 0xffffffffL);
  }

  static float value(long key) {
    return Float.intBitsToFloat((int) (key >>> 32));
  }

  static long place(long key) {
    return ~key & 0xffffffffL;
  }

  /**
   * The k-th largest of the first keys, by Hoare's selection.
   *
   * @param keys their order is changed
   * @param k 1 to {@code count}
   */
  static long kth(long[] keys, int count, int k) {
    int from = 0;
    int to = count - 1;
    int target = k - 1;
    while (from < to) {
      long pivot = median(keys[from], keys[(from + to) >>> 1], keys[to]);
      int i = from;
      int j = to;
      while (i <= j) {
        while (keys[i] > pivot) {
          i++;
        }
        while (keys[j] < pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = keys[i];
          keys[i++] = keys[j];
          keys[j--] = swapped;
        }
      }
      if (target <= j) {
        to = j;
      } else if (target >= i) {
        from = i;
      } else {
        break;
      }
    }
    return keys[target];
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
