package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * A tile of a {@link JumpReluStep}: beside the features that are open, the pre-activations within
 * half a bandwidth below their threshold, which are no features and yet have a say in it.
 *
 * <p>A feature whose threshold is below half a bandwidth is low: everything that is not open is
 * within its window, zeros included. Of such a feature the open ones beyond the window are counted
 * instead, negatively: all rows and these are those within.
 */
final class JumpReluTile implements AutoCloseable {
  final ReluTile open;

  /** By feature: Σ∂L/∂f over what is within the window, and how much that is. */
  final float[] nearSlopes;

  final int[] nearCounts;

  /** The entries below of row i are those from belowStarts[i] to belowStarts[i + 1]. */
  final int[] belowStarts;

  int[] belowFeatures = new int[1024];

  JumpReluTile(int most, TopKShape shape) {
    open = new ReluTile(most, shape);
    nearSlopes = new float[shape.dSae()];
    nearCounts = new int[shape.dSae()];
    belowStarts = new int[most + 1];
  }

  void clear(int rows) {
    open.clear(rows);
    Arrays.fill(nearSlopes, 0);
    Arrays.fill(nearCounts, 0);
  }

  /** Lists what is below of the next row. */
  @SuppressWarnings("ShortCircuitBoolean") // one branch that is seldom taken, not two
  void listBelow(int row, float[] h, Thresholds thresholds) {
    int next = belowStarts[row];
    float[] window = thresholds.window();
    float[] threshold = thresholds.values();
    if (belowFeatures.length < next + h.length) {
      belowFeatures = Arrays.copyOf(belowFeatures, 2 * (next + h.length));
    }
    for (int j = 0; j < h.length; j++) {
      if ((h[j] > window[j]) & (h[j] <= threshold[j])) {
        belowFeatures[next++] = j;
      }
    }
    belowStarts[row + 1] = next;
  }

  /** Counts an open feature. */
  void countOpen(int feature, float f, float slope, Thresholds thresholds) {
    int count = thresholds.countOfOpen(feature, f);
    nearSlopes[feature] += count * slope;
    nearCounts[feature] += count;
  }

  /** Counts a pre-activation below its threshold. */
  void countBelow(int feature, float slope) {
    nearSlopes[feature] += slope;
    nearCounts[feature]++;
  }

  @Override
  public void close() {
    open.close();
  }
}
