package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * A feature is what is above its threshold, and costs λ: a JumpReLU with thresholds by the estimate
 * of Rajamanoharan et al. 2024.
 *
 * <p>With θ the threshold, ε the bandwidth, W the entries with |h − θ| < ε/2 and n rows: ∂L/∂ln θ =
 * −(θ/ε)·(θ·Σ_W ∂L/∂f + |W|·λ/n). The sums are over the open features within W and over what lies
 * below within W, marked by a bit each.
 *
 * <p>A feature whose threshold is below half a bandwidth is low: everything that is not open is
 * within its window, zeros included. Of such a feature the open ones beyond the window are counted
 * instead, negatively: all rows and these are those within.
 */
final class ThresholdGates extends Gates {
  private final Thresholds thresholds;

  /** Σ∂L/∂f over what is within the window, and how much that is. */
  private final float[] nearSlopes;

  private final int[] nearCounts;
  private final float[] gradient;

  ThresholdGates(TopKShape shape, TopKParameters parameters) {
    super(shape, parameters);
    thresholds = new Thresholds(shape.dSae(), shape.bandwidth());
    nearSlopes = new float[shape.dSae()];
    nearCounts = new int[shape.dSae()];
    gradient = new float[shape.dSae()];
  }

  @Override
  ReluTile tile(int most) {
    return new ThresholdTile(most);
  }

  @Override
  void load() {
    thresholds.set(parameters.logThresholds());
  }

  @Override
  void begin(int newRows, double newSparsity) {
    super.begin(newRows, newSparsity);
    Arrays.fill(nearSlopes, 0);
    Arrays.fill(nearCounts, 0);
  }

  @Override
  double penalty(long active) {
    return sparsity * active;
  }

  /** ∂L/∂ln θ, with the decoder's row as it was in the pass forward. */
  @Override
  void finish(int feature, float[] ofDecoder, float[] errorSum, float[] products) {
    double slope = nearSlopes[feature];
    double count = nearCounts[feature];
    if (thresholds.isLow(feature)) {
      slope += factor * Rows.dot(errorSum, parameters.decoder()[feature], products);
      count += rows;
    }
    double threshold = thresholds.values()[feature];
    gradient[feature] =
        (float) (-threshold / shape.bandwidth() * (threshold * slope + count * sparsity / rows));
  }

  @Override
  void step(RowRule rule, float[] slopes) {
    rule.step(Parameter.B_ENC, 0, parameters.encoderBias(), slopes);
    rule.step(Parameter.LOG_THRESHOLD, 0, parameters.logThresholds(), gradient);
    load();
  }

  /** f of h. */
  private static void jump(float[] h, float[] thresholds) {
    for (int j = 0; j < h.length; j++) {
      h[j] = h[j] > thresholds[j] ? h[j] : 0;
    }
  }

  /** g = 1[f > 0]·factor·g, with the sum of it. */
  private static void differentiate(float[] g, float[] f, float factor, float[] sum) {
    for (int j = 0; j < g.length; j++) {
      g[j] = Gates.open(f[j]) * (factor * g[j]);
    }
    Rows.add(sum, g);
  }

  private final class ThresholdTile extends ReluTile {
    private final float[] ownSlopes = new float[shape.dSae()];
    private final int[] ownCounts = new int[shape.dSae()];

    /** A bit for each pre-activation within half a bandwidth below its threshold, by row. */
    private final long[][] below;

    ThresholdTile(int most) {
      super(most, shape);
      below = new long[most][(shape.dSae() + Long.SIZE - 1) / Long.SIZE];
    }

    @Override
    void clear(int newRows) {
      super.clear(newRows);
      Arrays.fill(ownSlopes, 0);
      Arrays.fill(ownCounts, 0);
    }

    @Override
    void open(int row, float[] h) {
      rectify(h, parameters.encoderBias());
      spend(mark(below[row], h));
      jump(h, thresholds.values());
      count(h, fires);
      list(row, h);
    }

    /** Marks what is below, and counts it. */
    @SuppressWarnings("ShortCircuitBoolean") // one branch that is seldom taken, not two
    private int mark(long[] bits, float[] h) {
      float[] window = thresholds.window();
      float[] threshold = thresholds.values();
      int count = 0;
      Arrays.fill(bits, 0);
      for (int j = 0; j < h.length; j++) {
        if ((h[j] > window[j]) & (h[j] <= threshold[j])) {
          bits[j / Long.SIZE] |= 1L << j;
          count++;
        }
      }
      return count;
    }

    @Override
    void answer(int row, Remainder error) {
      for (int at = starts[row]; at < starts[row + 1]; at++) {
        int feature = entryFeatures[at];
        float slope = factor * error.dot(feature);
        entrySlopes[at] = slope;
        slopes[feature] += slope;
        countOpen(feature, entryValues[at], slope);
      }
      long[] bits = below[row];
      for (int word = 0; word < bits.length; word++) {
        for (long rest = bits[word]; rest != 0; rest &= rest - 1) {
          int feature = word * Long.SIZE + Long.numberOfTrailingZeros(rest);
          countBelow(feature, factor * error.dot(feature));
        }
      }
    }

    @Override
    void answer(int row, float[] f, float[] g) {
      long[] bits = below[row];
      for (int word = 0; word < bits.length; word++) {
        for (long rest = bits[word]; rest != 0; rest &= rest - 1) {
          int feature = word * Long.SIZE + Long.numberOfTrailingZeros(rest);
          countBelow(feature, factor * g[feature]);
        }
      }
      differentiate(g, f, factor, slopes);
      for (int j = 0; j < f.length; j++) {
        if (f[j] > 0) {
          countOpen(j, f[j], g[j]);
        }
      }
    }

    private void countOpen(int feature, float f, float slope) {
      int count = thresholds.countOfOpen(feature, f);
      ownSlopes[feature] += count * slope;
      ownCounts[feature] += count;
    }

    private void countBelow(int feature, float slope) {
      ownSlopes[feature] += slope;
      ownCounts[feature]++;
    }

    @Override
    void addTo(int from, int to) {
      add(nearSlopes, ownSlopes, from, to);
      add(nearCounts, ownCounts, from, to);
    }
  }
}
