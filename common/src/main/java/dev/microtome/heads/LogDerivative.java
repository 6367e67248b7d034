package dev.microtome.heads;

/**
 * The derivative of a quantity with respect to the logarithm of another, from points on a curve:
 * slopes of finite differences in log space. Inside, the slope between both neighbours; at an end,
 * between the end and its neighbour.
 *
 * <p>It does not depend on the unit: with the same number of tokens a step, the derivative by log
 * steps is the one by log training tokens.
 */
public final class LogDerivative {
  private LogDerivative() {}

  /**
   * dy/d ln x at every point; NaN where x is not positive, such as at step 0, and where there is no
   * second point.
   *
   * @param x increasing
   * @param y as many as x
   */
  public static double[] of(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException("%d x and %d y".formatted(x.length, y.length));
    }
    int first = 0;
    while (first < x.length && x[first] <= 0) {
      first++;
    }
    double[] slopes = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      if (i > 0 && x[i] <= x[i - 1]) {
        throw new IllegalArgumentException("x must increase: %s then %s".formatted(x[i - 1], x[i]));
      }
      int from = Math.max(first, i - 1);
      int to = Math.min(x.length - 1, i + 1);
      slopes[i] =
          i < first || from == to
              ? Double.NaN
              : (y[to] - y[from]) / (Math.log(x[to]) - Math.log(x[from]));
    }
    return slopes;
  }
}
