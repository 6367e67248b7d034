package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import java.util.stream.IntStream;

/**
 * Rows of one hook point that are of one fold, and what all concepts say of them.
 *
 * @param fold from 0; {@link #HELD_OUT} of rows that are held out
 * @param tokens -1 where they are not known
 * @param targets [n, t] of all concepts side by side, NaN without a label
 * @param x [n, d]
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, not compared
record RowChunk(
    int fold,
    int rows,
    int dimensions,
    long[] sequences,
    int[] tokens,
    double[] targets,
    float[] x) {
  /** In place of the fold of rows that are held out. */
  static final int HELD_OUT = -1;

  /** The rows that one concept labels; its targets are those from (inclusive), so many. */
  Examples examples(int from, int count) {
    int all = targets.length / rows;
    int[] labelled =
        IntStream.range(0, rows).filter(row -> !Double.isNaN(targets[row * all + from])).toArray();
    int n = labelled.length;
    float[] values = new float[n * dimensions];
    double[] own = new double[n * count];
    long[] ownSequences = new long[n];
    int[] ownTokens = new int[n];
    for (int i = 0; i < n; i++) {
      int row = labelled[i];
      System.arraycopy(x, row * dimensions, values, i * dimensions, dimensions);
      System.arraycopy(targets, row * all + from, own, i * count, count);
      ownSequences[i] = sequences[row];
      ownTokens[i] = tokens[row];
    }
    return Examples.of(
        ProbeRows.ofFloats(values, dimensions), Matrix.of(n, count, own), ownSequences, ownTokens);
  }
}
