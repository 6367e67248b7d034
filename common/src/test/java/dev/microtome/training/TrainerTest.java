package dev.microtome.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.model.Activation;
import dev.microtome.model.Torch;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.optim.AdamW;
import dev.microtome.optim.LearningRate;
import dev.microtome.optim.SgdNesterov;
import dev.microtome.run.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final int VOCABULARY = 7;
  private static final ToyConfig MODEL =
      ToyConfig.builder(VOCABULARY, 12)
          .layers(1)
          .width(16)
          .heads(2, 8)
          .mlp(24, Activation.GELU)
          .build();

  @TempDir Path dir;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  private static TrainingSettings settings(long steps, long seed) {
    return TrainingSettings.builder(
            10, 9, LearningRate.builder(0.01, steps).warmUp(3).cosineTo(0.001).build())
        .optimizer(new AdamW(0.9, 0.98, 1e-8, 0.1))
        .clipNorm(1)
        .seed(seed)
        .build();
  }

  /** Each token decides the next. */
  private static TokenMixture cycles() {
    List<int[]> sequences = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < 50; i++) {
      int[] sequence = new int[12];
      sequence[0] = random.nextInt(VOCABULARY);
      for (int t = 1; t < sequence.length; t++) {
        sequence[t] = (3 * sequence[t - 1] + 1) % VOCABULARY;
      }
      sequences.add(sequence);
    }
    return TokenMixture.of(TokenSource.of(sequences));
  }

  private static List<TrainingStep> run(Trainer trainer, long until) {
    List<TrainingStep> steps = new ArrayList<>();
    while (trainer.step() < until) {
      steps.add(trainer.next());
    }
    return steps;
  }

  @Test
  void aResumedTrainingEndsWithTheWeightsOfAnUndisturbedOneBitForBit() {
    TrainingSettings settings = settings(20, 1);
    Path state = dir.resolve("state.safetensors");
    List<TrainingStep> undisturbed;
    Map<String, float[]> expected;
    try (Trainer trainer = Trainer.start(MODEL, settings, cycles(), 1)) {
      undisturbed = run(trainer, 20);
      expected = trainer.weights();
    }
    try (Trainer trainer = Trainer.start(MODEL, settings, cycles(), 1)) {
      run(trainer, 4);
      trainer.writeState(state);
      run(trainer, 7);
      trainer.writeState(state);
      run(trainer, 9);
    }

    try (Trainer trainer = Trainer.resume(MODEL, settings, cycles(), 1, state)) {
      assertThat(trainer.step()).isEqualTo(7);
      assertThat(run(trainer, 20)).isEqualTo(undisturbed.subList(7, 20));
      assertSame(trainer.weights(), expected);
    }
    assertThat(dir).isDirectoryContaining(file -> file.equals(state));
    assertThat(dir.toFile().list()).hasSize(1);
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    TrainingSettings settings = settings(6, 1);
    List<TrainingStep> expected;
    Map<String, float[]> weights;
    try (Trainer trainer = Trainer.start(MODEL, settings, cycles(), 1)) {
      expected = run(trainer, 6);
      weights = trainer.weights();
    }
    for (int threads : new int[] {2, 3, 8}) {
      try (Trainer trainer = Trainer.start(MODEL, settings, cycles(), threads)) {
        assertThat(run(trainer, 6)).isEqualTo(expected);
        assertSame(trainer.weights(), weights);
      }
    }
  }

  @Test
  void manyTrainingsOfOneProcessDoNotDisturbEachOther() {
    List<Map<String, float[]>> alone = new ArrayList<>();
    for (long seed = 0; seed < 4; seed++) {
      alone.add(trained(seed));
    }

    List<Map<String, float[]>> together =
        LongStream.range(0, 4).parallel().mapToObj(TrainerTest::trained).toList();

    for (int i = 0; i < 4; i++) {
      assertSame(together.get(i), alone.get(i));
    }
    assertThat(alone.get(0).get("embed.W_E")).isNotEqualTo(alone.get(1).get("embed.W_E"));
  }

  private static Map<String, float[]> trained(long seed) {
    try (Trainer trainer = Trainer.start(MODEL, settings(8, seed), cycles(), 1)) {
      run(trainer, 8);
      return trainer.weights();
    }
  }

  @Test
  void theLossOfALanguageThatCanBePredictedFallsFromChanceToNearlyNothing() {
    try (Trainer trainer = Trainer.start(MODEL, settings(120, 3), cycles(), 1)) {
      List<TrainingStep> steps = run(trainer, 120);

      assertThat(steps.get(0).lossNats()).isCloseTo(Math.log(VOCABULARY), within(0.4));
      assertThat(steps.get(119).lossNats()).isLessThan(0.1);
      assertThat(steps.get(119).step()).isEqualTo(120);
      assertThat(steps.get(119).tokens()).isEqualTo(120 * 10 * 9);
      assertThat(steps.get(0).learningRate()).isCloseTo(0.01 / 3, within(1e-15));
    }
  }

  @Test
  void weightsDecayAndBiasesDoNot() {
    LearningRate rate = LearningRate.builder(0.5, 1).build();
    TrainingSettings.Builder settings = TrainingSettings.builder(2, 9, rate);
    Map<String, float[]> kept = onceBy(settings.optimizer(new AdamW(0.9, 0.98, 1e-8, 0)).build());
    Map<String, float[]> shrunk =
        onceBy(settings.optimizer(new AdamW(0.9, 0.98, 1e-8, 0.2)).build());
    Map<String, float[]> before = Initialization.of(MODEL, 0);

    assertThat(shrunk.get("blocks.0.mlp.b_in")).isEqualTo(kept.get("blocks.0.mlp.b_in"));
    assertThat(shrunk.get("ln_final.w")).isEqualTo(kept.get("ln_final.w"));
    float[] weights = before.get("blocks.0.mlp.W_in");
    for (int i = 0; i < weights.length; i++) {
      double decayed = kept.get("blocks.0.mlp.W_in")[i] - 0.5 * 0.2 * weights[i];
      assertThat((double) shrunk.get("blocks.0.mlp.W_in")[i]).isCloseTo(decayed, within(1e-6));
    }
  }

  /** The first step of momentum 0.9 is 1.9 times the gradient. */
  @Test
  void aGradientThatIsTooLongIsCutToTheLengthAndReportedAsItWas() {
    TrainingSettings.Builder settings =
        TrainingSettings.builder(4, 9, LearningRate.builder(0.1, 1).build())
            .optimizer(new SgdNesterov(0.9, 0));
    double whole;
    try (Trainer trainer = Trainer.start(MODEL, settings.build(), cycles(), 1)) {
      whole = trainer.next().gradientNorm();
      assertThat(whole).isGreaterThan(0.1);
      assertThat(change(trainer)).isCloseTo(0.19 * whole, within(1e-5)); // float32
    }
    try (Trainer trainer = Trainer.start(MODEL, settings.clipNorm(0.1).build(), cycles(), 1)) {
      assertThat(trainer.next().gradientNorm()).isEqualTo(whole);
      assertThat(change(trainer)).isCloseTo(0.19 * 0.1, within(1e-5));
    }
  }

  /** How far all weights together have moved from where they began. */
  private static double change(Trainer trainer) {
    Map<String, float[]> before = Initialization.of(MODEL, 0);
    double sum = 0;
    for (Map.Entry<String, float[]> now : trainer.weights().entrySet()) {
      float[] then = before.get(now.getKey());
      for (int i = 0; i < then.length; i++) {
        double moved = (double) now.getValue()[i] - then[i];
        sum += moved * moved;
      }
    }
    return Math.sqrt(sum);
  }

  private static Map<String, float[]> onceBy(TrainingSettings settings) {
    try (Trainer trainer = Trainer.start(MODEL, settings, cycles(), 1)) {
      trainer.next();
      return trainer.weights();
    }
  }

  @Test
  void aLossThatIsNoNumberStopsWithTheStepAndKeepsTheWeightsBefore() {
    TrainingSettings settings =
        TrainingSettings.builder(4, 9, LearningRate.builder(1e30, 50).build())
            .optimizer(new SgdNesterov(0.9, 0))
            .build();
    try (Trainer trainer = Trainer.start(MODEL, settings, cycles(), 1)) {
      assertThatExceptionOfType(DivergedException.class)
          .isThrownBy(() -> run(trainer, 50))
          .withMessageMatching(
              "(Loss|Gradient norm) became (NaN|-?Infinity) at step 2 "
                  + "\\(learning rate 1\\.0E30\\); the weights are those of step 1")
          .satisfies(e -> assertThat(e.step()).isEqualTo(2));
      assertThat(trainer.step()).isEqualTo(1);
      assertThat(
              trainer.weights().values().stream()
                  .flatMapToDouble(
                      values -> IntStream.range(0, values.length).mapToDouble(i -> values[i])))
          .allMatch(Double::isFinite);
    }
  }

  @Test
  void refusesAStateOfAnotherRecipeOrModel() {
    Path state = dir.resolve("state.safetensors");
    try (Trainer trainer = Trainer.start(MODEL, settings(5, 1), cycles(), 1)) {
      trainer.writeState(state);
    }
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.resume(MODEL, settings(5, 2), cycles(), 1, state))
        .withMessageContaining("state.safetensors is of another training: TrainingSettings[")
        .withMessageContaining("seed=1]");
    ToyConfig wider =
        ToyConfig.builder(VOCABULARY, 12)
            .layers(1)
            .width(16)
            .heads(2, 8)
            .mlp(25, Activation.GELU)
            .build();
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.resume(wider, settings(5, 1), cycles(), 1, state))
        .withMessageContaining(
            "tensor 'parameter.blocks.0.mlp.W_in' is [16, 24], the model's is [16, 25]");
    ToyConfig other =
        ToyConfig.builder(VOCABULARY, 12)
            .layers(1)
            .width(16)
            .heads(2, 8)
            .mlp(24, Activation.RELU)
            .build();
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.resume(other, settings(5, 1), cycles(), 1, state))
        .withMessageContaining("is of another training: ToyConfig[")
        .withMessageContaining("activation=GELU,");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.resume(MODEL, settings(5, 1), cycles(), 1, dir.resolve("none")))
        .withMessageContaining("none does not exist");
  }

  @Test
  void refusesSequencesThatDoNotFitTheModel() {
    TokenMixture one =
        TokenMixture.of(TokenSource.of(List.of(new int[] {1, 2, 9, 1, 1, 1, 1, 1, 1})));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.start(MODEL, settings(5, 1), one, 1))
        .withMessage("Sequence 0 of source 0 has the token 9, the model's are 0 to 6");
    TokenMixture brief = TokenMixture.of(TokenSource.of(List.of(new int[] {1, 2})));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.start(MODEL, settings(5, 1), brief, 1))
        .withMessage("Sequence 0 of source 0 has 2 tokens, sequences of 9 are asked for");
    TrainingSettings wide =
        TrainingSettings.builder(1, 14, LearningRate.builder(0.1, 1).build()).build();
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Trainer.start(MODEL, wide, cycles(), 1))
        .withMessage("Sequences of 14 tokens are 13 positions, the model has 12");
  }

  @Test
  void initialWeightsHaveTheSpreadThatIsStated() {
    ToyConfig config =
        ToyConfig.builder(50, 20).layers(2).width(64).heads(4, 16).smearedKeys().build();
    Map<String, float[]> weights = Initialization.of(config, 11);

    assertThat(deviation(weights.get("blocks.1.attn.W_Q"))).isCloseTo(0.1, within(0.005));
    assertThat(deviation(weights.get("blocks.1.attn.W_O"))).isCloseTo(0.05, within(0.0025));
    assertThat(weights.get("ln_final.w")).containsOnly(1);
    assertThat(weights.get("blocks.0.attn.b_Q")).containsOnly(0);
    assertThat(weights.get("blocks.1.attn.alpha")).containsOnly(0);
    assertThat(weights.get("embed.W_E")).isEqualTo(Initialization.of(config, 11).get("embed.W_E"));
    assertThat(weights.get("embed.W_E"))
        .isNotEqualTo(Initialization.of(config, 12).get("embed.W_E"));
  }

  private static double deviation(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  @Test
  void aWrittenModelHasTheWeights() {
    try (Trainer trainer = Trainer.start(MODEL, settings(5, 1), cycles(), 1)) {
      trainer.writeModel(dir.resolve("step-0"));
      assertThat(ToyConfig.read(dir.resolve("step-0/config.json"))).isEqualTo(MODEL);
      try (Safetensors file = Safetensors.open(dir.resolve("step-0/model.safetensors"))) {
        assertThat(file.tensors()).hasSameSizeAs(trainer.weights().keySet());
        trainer
            .weights()
            .forEach((name, values) -> assertThat(file.floats(name)).as(name).isEqualTo(values));
      }
    }
  }

  private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
  }
}
