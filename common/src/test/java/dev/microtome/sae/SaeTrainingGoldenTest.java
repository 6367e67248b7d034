package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.model.Torch;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.Gradients;
import dev.microtome.optim.LearningRate;
import dev.microtome.optim.OptimizerState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Eight steps of SAELens 6.54.12's trainer: losses, clipping, Adam, learning rate, warm-up of the
 * coefficient, the scale of the inputs and the threshold together.
 */
class SaeTrainingGoldenTest {
  private static final double LOSS = 1e-5; // relative, float32; saw 1.2e-7
  private static final double PARAMETER = 2e-6; // SAELens's float32 is up to 1.2e-7 off; saw 1.2e-7

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"standard", "topk", "batchtopk", "jumprelu"})
  void everyStepEqualsTheTrainers(String name) {
    try (GoldenSae golden = GoldenSae.trainer("trainer-" + name);
        NDManager manager = NDManager.newBaseManager()) {
      JsonNode trainer = golden.json().get("trainer");
      SaeConfig config = golden.config();
      Map<String, NDArray> parameters = golden.parameters("initial.", DataType.FLOAT32, manager);
      SaeGradients script = new SaeGradients(config, parameters, manager);
      LearningRate rate =
          LearningRate.builder(
                  trainer.get("lr").asDouble(), trainer.get("total_training_steps").asLong())
              .warmUp(trainer.get("lr_warm_up_steps").asLong())
              .decay(trainer.get("lr_decay_steps").asLong())
              .build();
      CoefficientWarmUp coefficient =
          new CoefficientWarmUp(
              config.architecture().sparsity(),
              golden.json().get("config").path("l1_warm_up_steps").asLong()
                  + golden.json().get("config").path("l0_warm_up_steps").asLong());
      double threshold = 0;
      try (OptimizerState adam = Adam.DEFAULT.start(parameters, manager)) {
        for (JsonNode step : golden.json().get("steps")) {
          int number = step.get("step").asInt();
          assertThat(coefficient.at(number)).isCloseTo(GoldenSae.sparsity(step), within(1e-15));
          assertThat(rate.at(number)).isCloseTo(step.get("lr").asDouble(), within(1e-15));
          SaeLosses losses = script.of(batch(golden, number, manager), coefficient.at(number));
          losses
              .parts()
              .forEach(
                  (part, value) -> {
                    double expected =
                        step.get("losses").get(GoldenSae.saeLensName(part)).asDouble();
                    assertThat(value)
                        .as("%s of step %d", part, number)
                        .isCloseTo(expected, within(LOSS * Math.abs(expected)));
                  });
          if (config.architecture() instanceof BatchTopKSae batchTopK) {
            threshold = batchTopK.nextThreshold(threshold, losses.features());
            assertThat(threshold)
                .isCloseTo(step.get("topk_threshold_after").asDouble(), within(1e-7));
          }
          List<NDArray> gradients = losses.gradients();
          Gradients.clipInPlace(
              gradients, Gradients.norm(gradients), trainer.get("clip_grad_norm").asDouble());
          adam.step(gradients, rate.at(number));
          Constraints.onParametersInPlace(config, parameters);
          parameters.forEach(
              (parameter, array) -> {
                double[] expected = golden.file().doubles("after." + number + "." + parameter);
                assertThat(GoldenSae.doubles(array))
                    .as("%s after step %d", parameter, number)
                    .containsExactly(expected, within(PARAMETER));
              });
        }
      }
    }
  }

  private static SaeBatch batch(GoldenSae golden, int step, NDManager manager) {
    Shape shape = GoldenSae.shape(golden.file().tensor("x"));
    int size = (int) (shape.get(1) * shape.get(2));
    double[] x = Arrays.copyOfRange(golden.file().doubles("x"), step * size, (step + 1) * size);
    JsonNode factor = golden.json().get("activation_scaling_factor");
    if (!factor.isNull()) {
      for (int i = 0; i < size; i++) {
        x[i] = (float) x[i] * (float) factor.asDouble();
      }
    }
    SaeBatch batch =
        SaeBatch.of(
            manager
                .create(x, new Shape(shape.get(1), shape.get(2)))
                .toType(DataType.FLOAT32, false));
    String dead = "dead_mask." + step;
    return golden.file().names().contains(dead)
        ? batch.withDead(golden.mask(dead, manager))
        : batch;
  }
}
