package dev.microtome.sae.training;

/**
 * {@link SaeOptimizer.Signum} on rows. The weights are y, the sum is z; x is where y = βx + (1−β)z
 * says.
 */
final class SignumRows extends RowRule {
  /** What keeps g/|g| a number at 0: too small to change the quotient of any |g| above 1e-30. */
  private static final float TINY = Float.MIN_NORMAL;

  private final float toMean;
  private final float toLast;
  private double largestRate;
  private double weights;
  private float rate;
  private float share;

  SignumRows(double momentum) {
    super("z");
    toMean = (float) (1 - 1 / momentum);
    toLast = (float) (1 - momentum);
  }

  @Override
  float[] first(float[] row) {
    return row.clone();
  }

  @Override
  void begin(double learningRate) {
    largestRate = Math.max(largestRate, learningRate);
    double weight = largestRate * largestRate;
    weights += weight;
    rate = (float) learningRate;
    share = weight == 0 ? 0 : (float) (weight / weights);
  }

  @Override
  void step(Parameter parameter, int row, float[] y, float[] gradient) {
    float[] z = sum(0, parameter, row);
    float eta = rate;
    float part = share;
    float mean = toMean;
    float last = toLast;
    for (int j = 0; j < y.length; j++) {
      float g = gradient[j];
      float x = y[j] + mean * (z[j] - y[j]);
      float next = z[j] - eta * (g / (Math.abs(g) + TINY));
      x += part * (next - x);
      z[j] = next;
      y[j] = x + last * (next - x);
    }
  }

  @Override
  void coast(Parameter parameter, int row, float[] y) {
    float[] z = sum(0, parameter, row);
    float part = share;
    float mean = toMean;
    float last = toLast;
    for (int j = 0; j < y.length; j++) {
      float x = y[j] + mean * (z[j] - y[j]);
      x += part * (z[j] - x);
      y[j] = x + last * (z[j] - x);
    }
  }

  /** z keeps its distance from y, and so x does. */
  @Override
  void move(Parameter parameter, int row, float[] y, float[] to) {
    float[] z = sum(0, parameter, row);
    for (int j = 0; j < y.length; j++) {
      z[j] += to[j] - y[j];
      y[j] = to[j];
    }
  }

  @Override
  double[] counters() {
    return new double[] {largestRate, weights};
  }

  @Override
  void resume(double[] counters) {
    largestRate = counters[0];
    weights = counters[1];
  }
}
