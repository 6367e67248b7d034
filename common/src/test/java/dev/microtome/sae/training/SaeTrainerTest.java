package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.optim.Adam;
import dev.microtome.optim.LearningRate;
import dev.microtome.run.InputException;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.PreBias;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaeTrainerTest {
  private static final int WIDTH = 32;
  private static final int FEATURES = 512;
  private static final int BATCH = 700; // three tiles, the last one not full
  private static final SyntheticDictionary DATA = new SyntheticDictionary(WIDTH, 64, 3, 1);

  /** A feature that is not in one batch is dead, so that AuxK has work. */
  private static final TopKShape SHAPE =
      TopKShape.of(WIDTH, FEATURES, 4).withAuxiliary(1.0 / 32, 16, BATCH / 2);

  @TempDir Path dir;

  private static float[][] batch(long step) {
    return DATA.rows(step * BATCH, BATCH);
  }

  private static SaeTrainingSettings settings(String optimizer, long steps) {
    return optimizer.equals("adam")
        ? new SaeTrainingSettings(
            SHAPE,
            SaeOptimizer.adam(Adam.DEFAULT),
            LearningRate.builder(3e-3, steps).warmUp(3).decay(5).build(),
            7)
        : SaeTrainingSettings.signum(SHAPE, steps, 7);
  }

  private static Map<String, float[]> trained(SaeTrainer trainer, long until) {
    while (trainer.step() < until) {
      trainer.next();
    }
    return trainer.weights();
  }

  private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual).containsOnlyKeys("W_enc", "W_dec", "b_enc", "b_dec");
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "signum"})
  void threadsDoNotChangeABit(String optimizer) {
    try (SaeTrainer one = SaeTrainer.start(settings(optimizer, 20), SaeTrainerTest::batch, 1);
        SaeTrainer three = SaeTrainer.start(settings(optimizer, 20), SaeTrainerTest::batch, 3)) {
      assertSameBits(trained(three, 12), trained(one, 12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "signum"})
  void aRestoredTrainingEndsWithTheSameBits(String optimizer) {
    SaeTrainingSettings settings = settings(optimizer, 20);
    Path state = dir.resolve("state.safetensors");
    try (SaeTrainer undisturbed = SaeTrainer.start(settings, SaeTrainerTest::batch, 2)) {
      trained(undisturbed, 9);
      undisturbed.writeState(state);
      Map<String, float[]> expected = trained(undisturbed, 20);
      try (SaeTrainer restored = SaeTrainer.resume(settings, SaeTrainerTest::batch, 1, state)) {
        assertThat(restored.step()).isEqualTo(9);
        SaeTrainingStep last = restored.next();
        assertThat(last.tokens()).isEqualTo(10 * BATCH);
        assertSameBits(trained(restored, 20), expected);
      }
    }
  }

  @Test
  void aStateOfAnotherRecipeIsRefused() {
    Path state = dir.resolve("state.safetensors");
    try (SaeTrainer trainer = SaeTrainer.start(settings("adam", 20), SaeTrainerTest::batch, 1)) {
      trainer.writeState(state);
    }
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> SaeTrainer.resume(settings("signum", 20), SaeTrainerTest::batch, 1, state))
        .withMessageContaining("is of another training");
  }

  /** Saw 1.0 recovered and 0.895 explained. */
  @Test
  void signumRecoversTheDirectionsOfSyntheticRows() {
    SaeTrainingSettings settings = SaeTrainingSettings.signum(SHAPE, 400, 7);
    SaeTrainingSettings slower =
        new SaeTrainingSettings(
            SHAPE, settings.optimizer(), LearningRate.builder(5e-3, 400).build(), 7);
    try (SaeTrainer trainer = SaeTrainer.start(slower, SaeTrainerTest::batch, 2)) {
      SaeTrainingStep first = trainer.next();
      Map<String, float[]> weights = trained(trainer, 400);
      SaeEvaluation held = trainer.evaluate(DATA.rows(1L << 30, 2000));

      double[] cosines = DATA.bestCosines(weights.get("W_dec"));
      double recovered = Arrays.stream(cosines).filter(cosine -> cosine > 0.9).count() / 64.0;
      double explained = 1 - held.squaredError() / held.variance();
      assertThat(recovered).isGreaterThan(0.9);
      assertThat(explained).isGreaterThan(0.87);
      assertThat(first.explainedVariance()).isLessThan(0.6);
    }
  }

  @Test
  void decoderRowsStayAtUnitNormAndTheStepIsNamed() {
    try (SaeTrainer trainer = SaeTrainer.start(settings("adam", 20), SaeTrainerTest::batch, 1)) {
      trained(trainer, 5);
      SaeTrainingStep step = trainer.next();
      float[] decoder = trainer.weights().get("W_dec");
      for (int i = 0; i < FEATURES; i++) {
        double square = 0;
        for (int j = 0; j < WIDTH; j++) {
          square += (double) decoder[i * WIDTH + j] * decoder[i * WIDTH + j];
        }
        assertThat(square).isCloseTo(1, within(1e-6));
      }
      assertThat(step.step()).isEqualTo(6);
      assertThat(step.tokens()).isEqualTo(6 * BATCH);
      assertThat(step.l0()).isGreaterThan(3).isLessThanOrEqualTo(4);
      assertThat(step.deadFraction()).isGreaterThan(0).isLessThan(1);
      assertThat(step.auxiliaryLoss()).isGreaterThan(0);
      assertThat(step.loss())
          .isCloseTo(1 - step.explainedVariance() + step.auxiliaryLoss() / 32, within(1e-12));
    }
  }

  @Test
  void rowsOfAnotherWidthAreRefused() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> SaeTrainer.start(settings("adam", 20), step -> new float[5][WIDTH - 1], 1))
        .withMessage("SAE expects d_in 32, batch 0 has rows of 31");
  }

  @Test
  void aLossThatIsNoNumberLeavesTheWeights() {
    BatchSource source =
        step -> {
          float[][] rows = batch(step);
          if (step == 3) {
            rows[5][7] = Float.NaN;
          }
          return rows;
        };
    try (SaeTrainer trainer = SaeTrainer.start(settings("adam", 20), source, 2)) {
      Map<String, float[]> before = trained(trainer, 3);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(trainer::next)
          .withMessageContaining("Loss became NaN at step 4")
          .withMessageEndingWith("the weights are those of step 3");
      assertSameBits(trainer.weights(), before);
      assertThat(trainer.step()).isEqualTo(3);
    }
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> TopKShape.of(8, 16, 17))
        .withMessage("k is 17.0, expected a whole number from 1 to the number of features, 16");
  }

  @Test
  void aPenaltyThatFeaturesDoNotHaveIsRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () -> TopKShape.ofRelu(8, 16, PreBias.NONE, Penalty.NUMBER, DecoderNorm.FREE, 100))
        .withMessage(
            "penalty is NUMBER with the selection POSITIVE, expected one of [SUM, BY_DECODER_NORMS]");
  }

  @Test
  void aTranscodersBiasIsNotItsInputs() {
    TopKShape transcoder = TopKShape.of(8, 16, 2).transcodingTo(5, Mapping.TRANSCODER);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> transcoder.withPreBias(PreBias.TIED))
        .withMessageStartingWith("TRANSCODER from 8 to 5 dimensions with the pre-bias TIED");
  }
}
