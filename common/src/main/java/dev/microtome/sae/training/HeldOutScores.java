package dev.microtome.sae.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well an SAE rebuilds activations, from sums over all of them in float64: a mean of batches'
 * explained variances would be another number.
 */
public final class HeldOutScores {
  private final long[] fires;
  private final double[] sum;
  private long rows;
  private double active;
  private double error;
  private double squares;

  HeldOutScores(int features, int width) {
    fires = new long[features];
    sum = new double[width];
  }

  void add(DenseKernels.Sums batch, long batchRows) {
    rows += batchRows;
    active += batch.active();
    error += batch.error();
    squares += batch.squares();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += batch.values()[i];
    }
    for (int i = 0; i < fires.length; i++) {
      fires[i] += batch.fires()[i];
    }
  }

  /** Number of rows. */
  public long rows() {
    return rows;
  }

  /** Share of rows on which each feature fires. */
  public double[] density() {
    return Arrays.stream(fires).mapToDouble(count -> (double) count / rows).toArray();
  }

  /**
   * {@code explained_variance}, {@code mse}, {@code l0}, {@code dead_fraction}, {@code tokens}, in
   * the activations' own units.
   */
  public Map<String, Double> values() {
    double ofMean = 0;
    for (double value : sum) {
      ofMean += value * value;
    }
    long dead = Arrays.stream(fires).filter(count -> count == 0).count();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("explained_variance", 1 - error / (squares - ofMean / rows));
    values.put("mse", error / rows);
    values.put("l0", active / rows);
    values.put("dead_fraction", (double) dead / fires.length);
    values.put("tokens", (double) rows);
    return values;
  }
}
