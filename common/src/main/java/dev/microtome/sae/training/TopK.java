package dev.microtome.sae.training;

/**
 * The k largest positive pre-activations of a row, exactly: of equal ones those of lower index. A
 * threshold guessed from the rows before leaves few candidates to one pass over the row, among
 * which the k-th is selected; where the guess was too high, the row is read again with a lower one.
 * The guess changes how long that takes, never what is found. One thread's.
 */
final class TopK {
  private static final float START = 1.5f;
  private static final float LOWER = 0.75f;
  private static final float RAISE = 1.01f;
  private static final float EASE = 0.995f;

  private final int k;
  private final long[] candidates;
  private final long[] order;

  /** Threshold over the norm of the row's input. */
  private float ratio = START;

  TopK(int k, int width) {
    this.k = k;
    candidates = new long[width];
    order = new long[width];
  }

  /**
   * Selects from row + bias.
   *
   * @param norm a length that the row's values grow with
   * @return how many were written to {@code indices} and {@code values} from {@code at} on,
   *     ascending by index
   */
  int select(float[] row, float[] bias, float norm, int[] indices, float[] values, int at) {
    float threshold = Math.max(0, ratio * norm);
    int found = scan(row, bias, threshold);
    while (found < k && threshold > 0) {
      ratio *= LOWER;
      threshold = found == 0 || threshold < 1e-3f * norm ? 0 : threshold * LOWER;
      found = scan(row, bias, threshold);
    }
    if (found > 2 * k) {
      ratio = Math.max(ratio * RAISE, 1e-3f);
    } else if (found < k + k / 2) {
      ratio *= EASE;
    }
    return keep(found, indices, values, at);
  }

  /** Keys of the values above a threshold, by index: the value's bits, then the lower index. */
  private int scan(float[] row, float[] bias, float threshold) {
    int found = 0;
    for (int j = 0; j < row.length; j++) {
      float value = row[j] + bias[j];
      if (value > threshold) {
        candidates[found++] = Largest.key(value, j);
      }
    }
    return found;
  }

  /** Selects among given values, those of dead features for instance. */
  int selectAmong(
      float[] row, float[] bias, int[] among, int many, int[] indices, float[] values, int at) {
    int found = 0;
    for (int i = 0; i < many; i++) {
      int j = among[i];
      float value = row[j] + bias[j];
      if (value > 0) {
        candidates[found++] = Largest.key(value, j);
      }
    }
    return keep(found, indices, values, at);
  }

  private int keep(int found, int[] indices, float[] values, int at) {
    long least = found > k ? largest(found) : Long.MIN_VALUE;
    int next = at;
    for (int i = 0; i < found; i++) {
      long key = candidates[i];
      if (key >= least) {
        indices[next] = (int) Largest.place(key);
        values[next++] = Largest.value(key);
      }
    }
    return next - at;
  }

  /** The k-th largest candidate. */
  private long largest(int found) {
    System.arraycopy(candidates, 0, order, 0, found);
    return Largest.kth(order, found, k);
  }
}
