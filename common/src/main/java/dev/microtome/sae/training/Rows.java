package dev.microtome.sae.training;

/**
 * Arithmetic on rows of float32, in loops that the compiler turns into vector instructions: one
 * index, no offsets, each array its own. The order of sums is fixed: the bits hang on the values
 * alone.
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
  static void addScaled(float[] y, float[][] rows, int[] picks, float[] factors, int from, int to) {
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

  /** y ← a − b. */
  static void subtract(float[] y, float[] a, float[] b) {
    for (int j = 0; j < y.length; j++) {
      y[j] = a[j] - b[j];
    }
  }

  static void scale(float[] y, float factor) {
    for (int j = 0; j < y.length; j++) {
      y[j] *= factor;
    }
  }

  /**
   * Σ a·b. The products are vector instructions, the sum is eight strands: the compiler may not
   * reorder a sum of floats.
   *
   * @param products scratch of their length or more
   */
  static float dot(float[] a, float[] b, float[] products) {
    for (int j = 0; j < a.length; j++) {
      products[j] = a[j] * b[j];
    }
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    float sum4 = 0;
    float sum5 = 0;
    float sum6 = 0;
    float sum7 = 0;
    int j = 0;
    for (; j + 8 <= a.length; j += 8) {
      sum0 += products[j];
      sum1 += products[j + 1];
      sum2 += products[j + 2];
      sum3 += products[j + 3];
      sum4 += products[j + 4];
      sum5 += products[j + 5];
      sum6 += products[j + 6];
      sum7 += products[j + 7];
    }
    for (; j < a.length; j++) {
      sum0 += products[j];
    }
    return ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
  }

  /** Divides a row by its norm + eps of float32. */
  static void normalize(float[] row, float[] products) {
    float norm = (float) Math.sqrt(dot(row, row, products));
    scale(row, 1 / (norm + EPSILON));
  }
}
