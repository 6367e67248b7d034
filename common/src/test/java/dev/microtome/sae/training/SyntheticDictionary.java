package dev.microtome.sae.training;

import java.util.stream.IntStream;

/**
 * Rows that are sparse sums of known directions, from integer hashes, so that any language makes
 * the same ones: direction i is in a row with probability min(½, c/(i + 8)), c such that {@code
 * active} are on average, times 0.5 + 1.5u. A direction is uniform on the sphere but for the twelve
 * uniforms that stand for a normal number.
 */
public final class SyntheticDictionary {
  private static final double UNIT = 0x1p-53;

  private final int width;
  private final int count;
  private final long seed;
  private final double[] probabilities;
  private final double[][] directions;

  public SyntheticDictionary(int width, int count, double active, long seed) {
    this.width = width;
    this.count = count;
    this.seed = seed;
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += 1.0 / (i + 8);
    }
    probabilities = new double[count];
    for (int i = 0; i < count; i++) {
      probabilities[i] = Math.min(0.5, active / total / (i + 8.0));
    }
    directions = new double[count][];
    IntStream.range(0, count).parallel().forEach(i -> directions[i] = direction(i));
  }

  private double[] direction(long i) {
    double[] direction = new double[width];
    double square = 0;
    for (int j = 0; j < width; j++) {
      double sum = -6;
      for (int t = 0; t < 12; t++) {
        sum += bits(1, (i * width + j) * 12 + t) * UNIT;
      }
      direction[j] = sum;
      square += sum * sum;
    }
    for (int j = 0; j < width; j++) {
      direction[j] /= Math.sqrt(square);
    }
    return direction;
  }

  private long bits(long stream, long n) {
    long z = seed * 0x9E3779B97F4A7C15L + stream * 0xD1B54A32D192ED03L + n;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) >>> 11;
  }

  /** Rows from a first one on. */
  public float[][] rows(long first, int many) {
    float[][] rows = new float[many][];
    IntStream.range(0, many).parallel().forEach(i -> rows[i] = row(first + i));
    return rows;
  }

  private float[] row(long r) {
    double[] sum = new double[width];
    for (int i = 0; i < count; i++) {
      long n = r * count + i;
      if (bits(2, n) * UNIT < probabilities[i]) {
        double coefficient = 0.5 + 1.5 * (bits(3, n) * UNIT);
        for (int j = 0; j < width; j++) {
          sum[j] += coefficient * directions[i][j];
        }
      }
    }
    float[] row = new float[width];
    for (int j = 0; j < width; j++) {
      row[j] = (float) sum[j];
    }
    return row;
  }

  /** The largest cosine of each direction with a decoder's rows [features, width]. */
  public double[] bestCosines(float[] decoder) {
    int features = decoder.length / width;
    double[] norms = new double[features];
    for (int f = 0; f < features; f++) {
      for (int j = 0; j < width; j++) {
        norms[f] += (double) decoder[f * width + j] * decoder[f * width + j];
      }
    }
    return IntStream.range(0, count)
        .parallel()
        .mapToDouble(
            i -> {
              double best = -1;
              for (int f = 0; f < features; f++) {
                double dot = 0;
                for (int j = 0; j < width; j++) {
                  dot += directions[i][j] * decoder[f * width + j];
                }
                best = Math.max(best, dot / Math.sqrt(norms[f]));
              }
              return best;
            })
        .toArray();
  }
}
