package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeBatch;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeGradients;
import dev.microtome.sae.SaeLosses;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The step as {@link SaeGradients} computes it densely in float64, and how a fast one is held
 * against it.
 */
final class DenseStep {
  static final int WIDTH = 20;
  static final int TARGETS = 23;
  static final int FEATURES = 70;

  private DenseStep() {}

  static SaeConfig config(SaeArchitecture architecture, PreBias preBias, Mapping mapping) {
    SaeConfig config = SaeConfig.of(architecture, WIDTH, FEATURES).with(preBias);
    return switch (mapping) {
      case AUTOENCODER -> config;
      case TRANSCODER -> config.transcodingTo(TARGETS);
      case SKIP_TRANSCODER -> config.skippingTo(TARGETS);
    };
  }

  static TopKShape mapped(TopKShape shape, PreBias preBias, Mapping mapping) {
    return mapping == Mapping.AUTOENCODER
        ? shape.withPreBias(preBias)
        : shape.transcodingTo(TARGETS, mapping);
  }

  static TopKParameters parameters(TopKShape shape) {
    TopKParameters parameters = TopKParameters.of(shape, 3);
    Random random = new Random(4);
    for (float[][] rows : parameters.all().values()) {
      for (float[] row : rows) {
        for (int j = 0; j < row.length; j++) {
          row[j] += 0.1f * (float) random.nextGaussian();
        }
      }
    }
    return parameters;
  }

  static float[][] rows(int count, int width) {
    Random random = new Random(5);
    float[][] rows = new float[count][width];
    for (float[] row : rows) {
      // Rows differ in length, so that they differ in their numbers of features.
      double scale = Math.exp(0.5 * random.nextGaussian());
      for (int j = 0; j < width; j++) {
        row[j] = (float) (0.3 + scale * random.nextGaussian());
      }
    }
    return rows;
  }

  private static NDArray float64(float[] values, Shape shape, NDManager manager) {
    return manager.create(values, shape).toType(DataType.FLOAT64, false);
  }

  static SaeLosses dense(
      SaeConfig config,
      TopKParameters parameters,
      float[][] rows,
      boolean[] dead,
      double sparsity,
      NDManager manager) {
    Map<String, NDArray> named = new LinkedHashMap<>();
    Map<String, float[]> weights = parameters.saeLens();
    config
        .parameters()
        .forEach((name, shape) -> named.put(name, float64(weights.get(name), shape, manager)));
    NDArray x = columns(rows, 0, WIDTH, manager);
    NDArray target =
        config.mapping() == Mapping.AUTOENCODER ? x : columns(rows, WIDTH, TARGETS, manager);
    return new SaeGradients(config, named, manager)
        .of(new SaeBatch(x, target, Optional.of(manager.create(dead))), sparsity);
  }

  private static NDArray columns(float[][] rows, int from, int width, NDManager manager) {
    float[] flat = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], from, flat, i * width, width);
    }
    return float64(flat, new Shape(rows.length, width), manager);
  }

  static void assertGradients(GradientRecorder recorder, SaeConfig config, SaeLosses expected) {
    int i = 0;
    for (String name : config.parameters().keySet()) {
      Parameter parameter =
          Arrays.stream(Parameter.values())
              .filter(each -> each.toString().equals(name))
              .findFirst()
              .orElseThrow();
      assertGradients(parameter, recorder, expected.gradients().get(i++));
    }
  }

  private static void assertGradients(
      Parameter parameter, GradientRecorder recorder, NDArray gradient) {
    NDArray byRow = parameter == Parameter.W_ENC ? gradient.transpose() : gradient;
    double[] dense = byRow.toDoubleArray();
    int count = byRow.getShape().dimension() == 2 ? (int) byRow.getShape().get(0) : 1;
    int width = dense.length / count;
    double largest = 0;
    for (double value : dense) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isGreaterThan(1e-4);
    for (int i = 0; i < count; i++) {
      float[] sparse = recorder.gradient(parameter, i, width);
      for (int j = 0; j < width; j++) {
        assertThat((double) sparse[j])
            .as("%s [%d, %d]", parameter, i, j)
            .isCloseTo(dense[i * width + j], within(2e-5 * largest));
      }
    }
  }
}
