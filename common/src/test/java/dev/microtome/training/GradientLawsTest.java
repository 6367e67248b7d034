package dev.microtome.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.Activation;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.model.Torch;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.model.load.ToyConfig.PositionKind;
import dev.microtome.model.load.ToyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every switch's gradients against central differences of the loss in float64. */
class GradientLawsTest {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-7; // relative to the norms; saw 2.8e-9

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  private static ToyConfig.Builder toy(int layers) {
    return ToyConfig.builder(13, 9).layers(layers).width(8).heads(2, 6);
  }

  static Stream<Arguments> architectures() {
    return Stream.of(
        Arguments.of("no layers", toy(0)),
        Arguments.of(
            "no layers, tied, nothing else",
            toy(0).tied().withoutNorms().withoutBiases().positions(PositionKind.NONE)),
        Arguments.of("attention only", toy(2)),
        Arguments.of("without norms", toy(2).withoutNorms()),
        Arguments.of("without biases", toy(2).mlp(10, Activation.RELU).withoutBiases()),
        Arguments.of("tied", toy(1).tied()),
        Arguments.of("smeared keys", toy(1).smearedKeys()),
        Arguments.of("smeared keys, rotary", toy(2).smearedKeys().rotary(4, 100)),
        Arguments.of("rotary, whole head", toy(1).rotary(6, 10_000)),
        Arguments.of("shortformer", toy(2).positions(PositionKind.SHORTFORMER)),
        Arguments.of(
            "shortformer without biases or norms",
            toy(1).positions(PositionKind.SHORTFORMER).withoutBiases().withoutNorms()),
        Arguments.of("no positions", toy(1).positions(PositionKind.NONE)),
        Arguments.of("gelu", toy(2).mlp(10, Activation.GELU)),
        Arguments.of("gelu_new", toy(1).mlp(10, Activation.GELU_TANH)),
        Arguments.of("relu", toy(1).mlp(10, Activation.RELU)),
        Arguments.of("solu", toy(1).mlp(10, Activation.SOLU)),
        Arguments.of("solu_ln", toy(1).mlp(10, Activation.SOLU_LN)),
        Arguments.of(
            "solu_ln without other norms", toy(1).mlp(10, Activation.SOLU_LN).withoutNorms()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("architectures")
  void theSlopeAlongARandomDirectionOfEachParameterIsTheGradients(
      String name, ToyConfig.Builder architecture) {
    ToyConfig config = architecture.build();
    Random random = new Random(7);
    List<int[]> sequences = new ArrayList<>();
    for (int row = 0; row < 5; row++) {
      sequences.add(random.ints(8, 0, config.dVocab()).toArray());
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      ToyParameters.shapes(config)
          .forEach(
              (parameter, shape) ->
                  parameters.put(
                      parameter,
                      manager.create(random.doubles(shape.size(), -0.8, 0.8).toArray(), shape)));
      GradientScript script = new GradientScript(config, parameters, manager);
      List<NDArray> gradients = script.sums(sequences, manager).gradients();
      int next = 0;
      for (Map.Entry<String, NDArray> parameter : parameters.entrySet()) {
        NDArray values = parameter.getValue();
        double[] direction = random.doubles(values.size(), -1, 1).toArray();
        NDArray step = manager.create(direction, values.getShape()).mul(STEP);
        values.addi(step);
        double above = script.sums(sequences, manager).loss();
        values.subi(step.mul(2));
        double below = script.sums(sequences, manager).loss();
        values.addi(step);

        double[] gradient = gradients.get(next++).toDoubleArray();
        double slope = 0;
        double length = 0;
        for (int i = 0; i < gradient.length; i++) {
          slope += gradient[i] * direction[i];
          length += gradient[i] * gradient[i];
        }
        assertThat((above - below) / (2 * STEP))
            .as(parameter.getKey())
            .isCloseTo(slope, within(TOLERANCE * Math.max(1, Math.sqrt(length))));
        // No key is changed by what all keys have in common, so that b_K has no gradient.
        if (!parameter.getKey().endsWith("b_K")) {
          assertThat(length).as(parameter.getKey()).isGreaterThan(1e-8);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("architectures")
  void theSumsOfTwoBatchesAreTheSumsOfOne(String name, ToyConfig.Builder architecture) {
    ToyConfig config = architecture.build();
    Random random = new Random(8);
    List<int[]> sequences = new ArrayList<>();
    for (int row = 0; row < 600; row++) { // beyond one piece of 2,048 positions
      sequences.add(random.ints(5, 0, config.dVocab()).toArray());
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      ToyParameters.shapes(config)
          .forEach(
              (parameter, shape) ->
                  parameters.put(
                      parameter,
                      manager.create(random.doubles(shape.size(), -0.8, 0.8).toArray(), shape)));
      GradientScript script = new GradientScript(config, parameters, manager);
      GradientScript.Sums whole = script.sums(sequences, manager);
      GradientScript.Sums first = script.sums(sequences.subList(0, 100), manager);
      GradientScript.Sums second = script.sums(sequences.subList(100, 600), manager);
      GradientScript.addInPlace(first.gradients(), second.gradients());

      assertThat(first.loss() + second.loss()).isCloseTo(whole.loss(), within(1e-8));
      for (int i = 0; i < whole.gradients().size(); i++) {
        assertThat(first.gradients().get(i).toDoubleArray())
            .containsExactly(whole.gradients().get(i).toDoubleArray(), within(1e-8));
      }
    }
  }

  /** The forward pass that is trained is the one that every other method looks into. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("architectures")
  void theLossIsTheOneOfTheWrittenModel(
      String name, ToyConfig.Builder architecture, @TempDir Path folder) {
    ToyConfig config = architecture.build();
    Random random = new Random(9);
    Map<String, float[]> weights = new LinkedHashMap<>();
    ToyParameters.shapes(config)
        .forEach(
            (parameter, shape) -> {
              float[] values = new float[(int) shape.size()];
              for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
              }
              weights.put(parameter, values);
            });
    ToyFiles.writeTensors(folder, config, weights);
    List<int[]> sequences = List.of(random.ints(9, 0, config.dVocab()).toArray());
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(folder), manager)) {
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      ToyParameters.shapes(config)
          .forEach(
              (parameter, shape) ->
                  parameters.put(parameter, manager.create(weights.get(parameter), shape)));
      double expected = 0;
      for (float loss : TokenLoss.nextToken(model, TokenBatch.of(sequences), manager)[0]) {
        expected += loss;
      }

      double loss = new GradientScript(config, parameters, manager).sums(sequences, manager).loss();

      assertThat(loss).isCloseTo(expected, within(1e-5)); // float32 sums of 8 losses; saw 8.3e-7
    }
  }
}
