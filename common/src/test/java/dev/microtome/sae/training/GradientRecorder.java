package dev.microtome.sae.training;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the gradients of a step and changes nothing. */
final class GradientRecorder extends RowRule {
  private final Map<String, float[]> gradients = new ConcurrentHashMap<>();

  /** The gradient of a row, zeros if it has none. */
  float[] gradient(Parameter parameter, int row, int width) {
    return gradients.getOrDefault(parameter + " " + row, new float[width]);
  }

  @Override
  float[] first(float[] row) {
    return row;
  }

  @Override
  void begin(double learningRate) {
    gradients.clear();
  }

  @Override
  void step(Parameter parameter, int row, float[] weights, float[] gradient) {
    gradients.put(parameter + " " + row, gradient.clone());
  }

  @Override
  void coast(Parameter parameter, int row, float[] weights) {}

  @Override
  double[] counters() {
    return new double[0];
  }

  @Override
  void resume(double[] counters) {}
}
