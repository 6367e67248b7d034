package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.model.Torch;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.run.InputException;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.stream.RowBlocks;
import dev.microtome.sae.stream.RowColumns;
import dev.microtome.sae.stream.StreamSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Dictionaries of 64 directions in 32 dimensions, 3 of them in a row. */
class SaeGroupTest {
  private static final int WIDTH = 32;
  private static final int FEATURES = 128;
  private static final int BATCH = 100;
  private static final RowBlocks ROWS =
      MemoryRows.of(new SyntheticDictionary(WIDTH, 64, 3, 1), 6000);

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  static Stream<Arguments> architectures() {
    return Stream.of(
            new ReluSae2023(0.02),
            new ReluSae2024(0.02),
            new GatedSae(0.02),
            new TopKSae(4),
            new BatchTopKSae(4),
            new JumpReluSae(0.003),
            new MatryoshkaSae(List.of(32, FEATURES), 4))
        .flatMap(
            architecture ->
                Stream.of(Normalization.NONE, Normalization.EXPECTED_AVERAGE_NORM)
                    .map(each -> Arguments.of(architecture, each)));
  }

  /** What is finished is what was trained: the factor of the activations is in the weights. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("architectures")
  void anArchitectureLearnsAndIsFinishedAsItIs(
      SaeArchitecture architecture, Normalization normalization) throws IOException {
    SaeConfig config = SaeConfig.of(architecture, WIDTH, FEATURES).with(normalization);
    try (SaeGroup group = SaeGroup.start(List.of(recipe(config, ResamplingPlan.NONE)), 2)) {
      List<SaeStep> steps = train(group, 290);

      assertThat(steps.get(289).explainedVariance())
          .isGreaterThan(0.5)
          .isGreaterThan(steps.get(0).explainedVariance() + 0.1);
      // Batches vary by about 0.01; batchtopk's features are chosen by a threshold when finished.
      assertThat(group.evaluate(ROWS).get(0).values().get("explained_variance"))
          .isCloseTo(steps.get(289).explainedVariance(), within(0.05));
    }
  }

  static Stream<SaeArchitecture> transcoders() {
    return Stream.of(
        new ReluSae2024(0.02), new TopKSae(4), new BatchTopKSae(4), new JumpReluSae(0.003));
  }

  /** What is rebuilt is three times the input's second half. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("transcoders")
  void aTranscoderLearnsAndIsFinishedAsItIs(SaeArchitecture architecture) throws IOException {
    SaeConfig config =
        SaeConfig.of(architecture, WIDTH, FEATURES)
            .with(Normalization.EXPECTED_AVERAGE_NORM)
            .transcodingTo(WIDTH / 2);
    RowBlocks rows = new Beside(ROWS, 0, WIDTH / 2);
    try (SaeGroup group = SaeGroup.start(List.of(recipe(config, ResamplingPlan.NONE)), 2)) {
      List<SaeStep> steps = train(group, rows, new StreamSettings(BATCH, 1000, 5, 290, 1));

      assertThat(steps.get(289).explainedVariance())
          .isGreaterThan(0.5)
          .isGreaterThan(steps.get(0).explainedVariance() + 0.1);
      assertThat(group.evaluate(rows).get(0).values().get("explained_variance"))
          .isCloseTo(steps.get(289).explainedVariance(), within(0.05));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("normalizations")
  void tokensAreNormalisedOneByOne(Normalization normalization) throws IOException {
    SaeConfig config = SaeConfig.of(new TopKSae(4), WIDTH, FEATURES).with(normalization);
    try (SaeGroup group = SaeGroup.start(List.of(recipe(config, ResamplingPlan.NONE)), 2)) {
      train(group, 290);

      assertThat(group.evaluate(ROWS).get(0).values().get("explained_variance")).isGreaterThan(0.7);
    }
  }

  static Stream<Normalization> normalizations() {
    return Stream.of(Normalization.CONSTANT_NORM, Normalization.LAYER_NORM);
  }

  @Test
  void deadFeaturesAreResampled() throws IOException {
    SaeConfig config = SaeConfig.of(new ReluSae2023(2), WIDTH, FEATURES);
    double without;
    try (SaeGroup group = SaeGroup.start(List.of(recipe(config, ResamplingPlan.NONE, 0.03)), 2)) {
      without = train(group, 103).get(102).deadFraction();
    }
    ResamplingPlan plan = new ResamplingPlan(List.of(100L), 2000, 5);
    try (SaeGroup group = SaeGroup.start(List.of(recipe(config, plan, 0.03)), 2)) {
      List<SaeStep> steps = train(group, 103);

      assertThat(without).isGreaterThan(0.3);
      assertThat(steps.get(99).deadFraction()).isGreaterThan(0.3);
      assertThat(steps.get(100).deadFraction()).isZero();
    }
  }

  @Test
  void aLossThatIsNoNumberIsNamedWithItsStep() throws IOException {
    SaeConfig config = SaeConfig.of(new ReluSae2024(1), WIDTH, FEATURES);
    SaeRecipe wild =
        new SaeRecipe(
            "wild",
            config,
            SaeOptimizer.adam(Adam.DEFAULT),
            LearningRate.builder(1e30, 290).build(),
            new CoefficientWarmUp(1, 0),
            1000,
            ResamplingPlan.NONE,
            1);
    try (SaeGroup group = SaeGroup.start(List.of(wild), 2)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> train(group, 290))
          .withMessageStartingWith("SAE 'wild': ")
          .withMessageContaining("at step 2 (learning rate 1.0E30, sparsity 1.0)")
          .withMessageEndingWith("the weights are those of step 1");
    }
  }

  /** Also where features are resampled, which reads batches of its own. */
  @Test
  void columnsOfWiderRowsTrainAsRowsOfTheirOwn() throws IOException {
    SaeConfig config = SaeConfig.of(new ReluSae2023(2), WIDTH, FEATURES);
    SaeRecipe recipe = recipe(config, new ResamplingPlan(List.of(10L), 500, 5), 0.03);
    RowBlocks wide = new Beside(ROWS, 2, 0);
    StreamSettings settings = new StreamSettings(BATCH, 1000, 5, 20, 1);
    List<SaeStep> alone;
    List<SaeStep> beside;
    Map<String, Double> scores;
    try (SaeGroup group = SaeGroup.start(List.of(recipe), 1)) {
      alone = train(group, ROWS, settings);
      scores = group.evaluate(ROWS).get(0).values();
    }
    List<RowColumns> columns = List.of(new RowColumns(2, WIDTH, 0, 0));
    try (SaeGroup group = SaeGroup.start(List.of(recipe), columns, 1)) {
      beside = train(group, wide, settings);
      assertThat(group.evaluate(wide).get(0).values()).isEqualTo(scores);
    }

    assertThat(beside).isEqualTo(alone);
  }

  /** Rows behind as many zeros, and before as many of their own last values times three. */
  private record Beside(RowBlocks rows, int zeros, int again) implements RowBlocks {
    @Override
    public int width() {
      return rows.width() + zeros + again;
    }

    @Override
    public int count() {
      return rows.count();
    }

    @Override
    public long rows(int block) {
      return rows.rows(block);
    }

    @Override
    public Rows open(int block, long from) throws IOException {
      Rows open = rows.open(block, from);
      return new Rows() {
        @Override
        public long next(float[] target, int start) throws IOException {
          long sequence = open.next(target, start + zeros);
          int end = start + zeros + rows.width();
          for (int j = 0; j < again; j++) {
            target[end + j] = 3 * target[end - again + j];
          }
          return sequence;
        }

        @Override
        public void skip(long many) throws IOException {
          open.skip(many);
        }

        @Override
        public void close() throws IOException {
          open.close();
        }
      };
    }

    @Override
    public String place(int block) {
      return rows.place(block);
    }
  }

  @Test
  void signumIsRefusedWhereItIsNot() {
    SaeRecipe recipe =
        new SaeRecipe(
            "a",
            SaeConfig.of(new ReluSae2024(1), WIDTH, FEATURES),
            SaeOptimizer.signum(),
            LearningRate.builder(1e-3, 10).build(),
            new CoefficientWarmUp(1, 0),
            1000,
            ResamplingPlan.NONE,
            1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SaeGroup.start(List.of(recipe), 1))
        .withMessageContaining("optimizer of a relu is Signum");
  }

  private static SaeRecipe recipe(SaeConfig config, ResamplingPlan resampling) {
    return recipe(config, resampling, 3e-3);
  }

  private static SaeRecipe recipe(SaeConfig config, ResamplingPlan resampling, double rate) {
    return new SaeRecipe(
        "a",
        config,
        SaeOptimizer.adam(Adam.DEFAULT),
        LearningRate.builder(rate, 290).build(),
        new CoefficientWarmUp(config.architecture().sparsity(), 10),
        1000,
        resampling,
        1);
  }

  private static List<SaeStep> train(SaeGroup group, int steps) throws IOException {
    return train(group, ROWS, new StreamSettings(BATCH, 1000, 5, 290, 1), steps);
  }

  private static List<SaeStep> train(SaeGroup group, RowBlocks rows, StreamSettings settings)
      throws IOException {
    return train(group, rows, settings, settings.batches());
  }

  private static List<SaeStep> train(
      SaeGroup group, RowBlocks rows, StreamSettings settings, long steps) throws IOException {
    List<SaeStep> all = new ArrayList<>();
    try (MixedBatches batches = MixedBatches.open(rows, settings)) {
      while (all.size() < steps) {
        all.addAll(group.step(batches.next()));
        group.resample(() -> MixedBatches.openAfter(rows, settings, group.steps(), Mixing.NONE));
      }
    }
    return all;
  }
}
