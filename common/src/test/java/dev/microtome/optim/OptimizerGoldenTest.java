package dev.microtome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.load.Safetensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Six steps of every rule, which the reference counts from 0, and clipping, against torch 2.15.0.
 */
class OptimizerGoldenTest {
  private static final double FLOAT64 = 1e-12;
  private static final double FLOAT32 = 1e-6; // relative, below 1e-3 absolute 1e-9; saw 1.5e-7
  private static final Shape SHAPE = new Shape(3, 5);
  private static final int SIZE = 15;
  private static final int STEPS = 6;

  static Stream<String> names() throws IOException {
    JsonNode settings = new ObjectMapper().readTree(golden("optimisers.json").toFile());
    return Stream.iterate(settings.fieldNames(), names -> names.hasNext(), names -> names)
        .map(names -> names.next());
  }

  @ParameterizedTest
  @MethodSource("names")
  void stepsAndStateEqualTorchsInFloat64(String name) throws IOException {
    JsonNode settings = new ObjectMapper().readTree(golden("optimisers.json").toFile()).get(name);
    try (Safetensors golden = Safetensors.open(golden("optimisers.safetensors"));
        NDManager manager = NDManager.newBaseManager()) {
      NDArray parameter = manager.create(golden.doubles("start"), SHAPE);
      OptimizerState state = rule(name, settings).start(Map.of("p", parameter), manager);
      for (int t = 1; t <= STEPS; t++) {
        step(state, manager.create(gradient(golden, t), SHAPE), settings);

        assertThat(parameter.toDoubleArray())
            .as("step %d", t)
            .containsExactly(golden.doubles(name + "." + (t - 1)), within(FLOAT64));
        assertThat(state.steps()).isEqualTo(t);
        int step = t;
        state
            .tensors()
            .forEach(
                (tensor, array) -> {
                  String sum = tensor.substring(0, tensor.length() - ".p".length());
                  assertThat(array.toDoubleArray())
                      .as("%s of step %d", sum, step)
                      .containsExactly(
                          golden.doubles(name + "." + sum + "." + (step - 1)), within(FLOAT64));
                });
      }
      assertThat(state.tensors()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void stepsEqualTorchsInFloat32(String name) throws IOException {
    JsonNode settings = new ObjectMapper().readTree(golden("optimisers.json").toFile()).get(name);
    try (Safetensors golden = Safetensors.open(golden("optimisers.safetensors"));
        NDManager manager = NDManager.newBaseManager()) {
      NDArray parameter = manager.create(golden.floats("start"), SHAPE);
      OptimizerState state = rule(name, settings).start(Map.of("p", parameter), manager);
      for (int t = 1; t <= STEPS; t++) {
        NDArray gradient = manager.create(gradient(golden, t), SHAPE);
        step(state, gradient.toType(DataType.FLOAT32, true), settings);

        float[] expected = golden.floats(name + ".float32." + (t - 1));
        float[] actual = parameter.toFloatArray();
        for (int i = 0; i < SIZE; i++) {
          assertThat((double) actual[i])
              .as("element %d after step %d", i, t)
              .isCloseTo(expected[i], within(FLOAT32 * Math.max(Math.abs(expected[i]), 1e-3)));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void clippingEqualsTorchsAndLeavesWhatIsShort(boolean isLong) {
    double maxNorm = isLong ? 1.0 : 1e6;
    try (Safetensors golden = Safetensors.open(golden("optimisers.safetensors"));
        NDManager manager = NDManager.newBaseManager()) {
      NDArray a = manager.create(golden.doubles("clip.grad_a"), new Shape(4, 3));
      NDArray b = manager.create(golden.doubles("clip.grad_b"), new Shape(7));
      List<NDArray> gradients = List.of(a, b);

      double norm = Gradients.norm(gradients);
      Gradients.clipInPlace(gradients, norm, maxNorm);

      String kind = isLong ? "clip.clipped_" : "clip.grad_";
      assertThat(norm).isCloseTo(golden.doubles("clip.norm")[0], within(FLOAT64));
      assertThat(norm).isGreaterThan(1);
      assertThat(a.toDoubleArray()).containsExactly(golden.doubles(kind + "a"), within(FLOAT64));
      assertThat(b.toDoubleArray()).containsExactly(golden.doubles(kind + "b"), within(FLOAT64));
    }
  }

  @Test
  void aStateTakenUpEndsWhereAnUndisturbedOneDoes() {
    try (Safetensors golden = Safetensors.open(golden("optimisers.safetensors"));
        NDManager manager = NDManager.newBaseManager()) {
      NDArray parameter = manager.create(golden.doubles("start"), SHAPE);
      OptimizerState first = AdamW.DEFAULT.start(Map.of("p", parameter), manager);
      first.step(List.of(manager.create(gradient(golden, 1), SHAPE)), 1e-3);
      OptimizerState second = AdamW.DEFAULT.start(Map.of("p", parameter), manager);
      second.tensors().forEach((name, array) -> first.tensors().get(name).copyTo(array));
      second.resumeAfter(1);

      second.step(List.of(manager.create(gradient(golden, 2), SHAPE)), 1e-3);

      assertThat(parameter.toDoubleArray())
          .containsExactly(golden.doubles("adamw.1"), within(FLOAT64));
    }
  }

  private static Optimizer rule(String name, JsonNode settings) {
    double decay = settings.get("weight_decay").asDouble();
    if (name.startsWith("sgd")) {
      return new SgdNesterov(settings.get("momentum").asDouble(), decay);
    }
    double beta1 = settings.get("betas").get(0).asDouble();
    double beta2 = settings.get("betas").get(1).asDouble();
    double epsilon = settings.get("eps").asDouble();
    return name.startsWith("adamw")
        ? new AdamW(beta1, beta2, epsilon, decay)
        : new Adam(beta1, beta2, epsilon, decay, settings.get("amsgrad").asBoolean());
  }

  private static void step(OptimizerState state, NDArray gradient, JsonNode settings) {
    state.step(List.of(gradient), settings.get("lr").asDouble());
  }

  private static double[] gradient(Safetensors golden, int t) {
    return Arrays.copyOfRange(golden.doubles("gradients"), (t - 1) * SIZE, t * SIZE);
  }

  static Path golden(String file) {
    try {
      return Path.of(OptimizerGoldenTest.class.getResource("/golden/optim/" + file).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
