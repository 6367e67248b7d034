package dev.microtome.sae.training;

/**
 * Arithmetic on rows of float32, in loops that the compiler turns into vector instructions. A sum
 * over a row is taken in four strands of its length and four more of the rest, always the same
 * ones: the bits hang on the values alone.
 */
final class Rows {
  /** torch's eps of float32. */
  private static final float EPSILON = 1.1920929e-7f;

  private Rows() {}

  /**
   * y ← y + Σ c_i·rows[i] over a range of picks, in their order.
   *
   * @param picks which rows
   * @param factors c
   */
  static void addScaled(
      float[] y, float[][] rows, int[] picks, float[] factors, int from, int to) {
    int i = from;
    for (; i + 4 <= to; i += 4) {
      addFour(
          y,
          factors[i],
          rows[picks[i]],
          factors[i + 1],
          rows[picks[i + 1]],
          factors[i + 2],
          rows[picks[i + 2]],
          factors[i + 3],
          rows[picks[i + 3]]);
    }
    for (; i < to; i++) {
      add(y, factors[i], rows[picks[i]]);
    }
  }

  private static void addFour(
      float[] y,
      float c0,
      float[] row0,
      float c1,
      float[] row1,
      float c2,
      float[] row2,
      float c3,
      float[] row3) {
    for (int j = 0; j < y.length; j++) {
      y[j] += (c0 * row0[j] + c1 * row1[j]) + (c2 * row2[j] + c3 * row3[j]);
    }
  }

  /** y ← y + c·row. */
  static void add(float[] y, float c, float[] row) {
    for (int j = 0; j < y.length; j++) {
      y[j] += c * row[j];
    }
  }

  /** y ← y + row. */
  static void add(float[] y, float[] row) {
    for (int j = 0; j < y.length; j++) {
      y[j] += row[j];
    }
  }

  /** y ← y + row². */
  static void addSquares(float[] y, float[] row) {
    for (int j = 0; j < y.length; j++) {
      y[j] += row[j] * row[j];
    }
  }

  /** y ← a − b. */
  static void subtract(float[] y, float[] a, float[] b) {
    for (int j = 0; j < y.length; j++) {
      y[j] = a[j] - b[j];
    }
  }

  /** y ← −row. */
  static void negate(float[] y, float[] row) {
    for (int j = 0; j < y.length; j++) {
      y[j] = -row[j];
    }
  }

  static void scale(float[] y, float factor) {
    for (int j = 0; j < y.length; j++) {
      y[j] *= factor;
    }
  }

  /**
   * Σ a·b.
   *
   * @param strands scratch of a quarter of their length or more
   */
  static float dot(float[] a, float[] b, float[] strands) {
    int quarter = a.length / 4;
    int second = 2 * quarter;
    int third = 3 * quarter;
    for (int j = 0; j < quarter; j++) {
      strands[j] =
          (a[j] * b[j] + a[quarter + j] * b[quarter + j])
              + (a[second + j] * b[second + j] + a[third + j] * b[third + j]);
    }
    float rest = 0;
    for (int j = 4 * quarter; j < a.length; j++) {
      rest += a[j] * b[j];
    }
    return rest + sum(strands, quarter);
  }

  private static float sum(float[] values, int length) {
    int quarter = length / 4;
    int second = 2 * quarter;
    int third = 3 * quarter;
    for (int j = 0; j < quarter; j++) {
      values[j] += values[quarter + j] + (values[second + j] + values[third + j]);
    }
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int j = 0;
    for (; j + 4 <= quarter; j += 4) {
      sum0 += values[j];
      sum1 += values[j + 1];
      sum2 += values[j + 2];
      sum3 += values[j + 3];
    }
    for (; j < quarter; j++) {
      sum0 += values[j];
    }
    for (int i = 4 * quarter; i < length; i++) {
      sum1 += values[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  /** Divides a row by its norm + eps of float32. */
  static void normalize(float[] row, float[] strands) {
    float norm = (float) Math.sqrt(dot(row, row, strands));
    scale(row, 1 / (norm + EPSILON));
  }
}
