package dev.microtome.sae.training;

import dev.microtome.optim.Adam;

/** {@link Adam} on rows, in float32 with the step's constants in float64. */
final class AdamRows extends RowRule {
  private static final int MEAN = 0;
  private static final int SQUARE = 1;

  private final Adam constants;
  private long steps;
  private float rate;
  private float root;

  AdamRows(Adam constants) {
    super("exp_avg", "exp_avg_sq");
    this.constants = constants;
  }

  @Override
  float[] first(float[] row) {
    return new float[row.length];
  }

  @Override
  void begin(double learningRate) {
    steps++;
    rate = (float) (learningRate / (1 - Math.pow(constants.beta1(), (double) steps)));
    root = (float) (1 / Math.sqrt(1 - Math.pow(constants.beta2(), (double) steps)));
  }

  @Override
  void step(Parameter parameter, int row, float[] weights, float[] gradient) {
    float[] mean = sum(MEAN, parameter, row);
    float[] square = sum(SQUARE, parameter, row);
    float keepMean = (float) constants.beta1();
    float addMean = (float) (1 - constants.beta1());
    float keepSquare = (float) constants.beta2();
    float addSquare = (float) (1 - constants.beta2());
    float epsilon = (float) constants.epsilon();
    for (int j = 0; j < weights.length; j++) {
      float g = gradient[j];
      float m = keepMean * mean[j] + addMean * g;
      float v = keepSquare * square[j] + addSquare * g * g;
      mean[j] = m;
      square[j] = v;
      weights[j] -= rate * m / (root * (float) Math.sqrt(v) + epsilon);
    }
  }

  @Override
  void coast(Parameter parameter, int row, float[] weights) {
    float[] mean = sum(MEAN, parameter, row);
    float[] square = sum(SQUARE, parameter, row);
    float keepMean = (float) constants.beta1();
    float keepSquare = (float) constants.beta2();
    float epsilon = (float) constants.epsilon();
    for (int j = 0; j < weights.length; j++) {
      float m = keepMean * mean[j];
      float v = keepSquare * square[j];
      mean[j] = m;
      square[j] = v;
      weights[j] -= rate * m / (root * (float) Math.sqrt(v) + epsilon);
    }
  }

  @Override
  double[] counters() {
    return new double[] {steps};
  }

  @Override
  void resume(double[] counters) {
    steps = (long) counters[0];
  }
}
