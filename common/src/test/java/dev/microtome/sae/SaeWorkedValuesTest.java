package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Numbers that can be followed by hand. */
class SaeWorkedValuesTest {
  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  /** Identities all around: features are selected from the inputs themselves. */
  private static float[] selected(SaeArchitecture architecture, float[][] x) {
    SaeConfig config = SaeConfig.of(architecture, 4, 4);
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      parameters.put("W_enc", manager.eye(4));
      parameters.put("b_enc", manager.zeros(new Shape(4)));
      parameters.put("W_dec", manager.eye(4));
      parameters.put("b_dec", manager.zeros(new Shape(4)));
      return new SaeGradients(config, parameters, manager)
          .of(SaeBatch.of(manager.create(x)), 0)
          .features()
          .toFloatArray();
    }
  }

  @Test
  void topKKeepsTheTwoLargest() {
    assertThat(selected(new TopKSae(2), new float[][] {{1, 1.5f, 3, 4}}))
        .containsExactly(0, 0, 3, 4);
  }

  @Test
  void topKKeepsNothingBelowZero() {
    assertThat(selected(new TopKSae(3), new float[][] {{-1, -1.5f, 3, -4}}))
        .containsExactly(0, 0, 3, 0);
  }

  @Test
  void batchTopKKeepsTheFourLargestOfTwoRows() {
    assertThat(selected(new BatchTopKSae(2), new float[][] {{1, -2, 3, -4}, {-5, 6, -7, 8}}))
        .containsExactly(1, 0, 3, 0, 0, 6, 0, 8);
  }

  @Test
  void theThresholdMovesTowardsTheSmallestFeature() {
    try (NDManager manager = NDManager.newBaseManager()) {
      BatchTopKSae sae = new BatchTopKSae(2);
      NDArray features = manager.create(new float[][] {{0, 3}, {0.5f, 0}});

      assertThat(sae.nextThreshold(1, features)).isEqualTo(0.99 + 0.01 * 0.5);
      assertThat(sae.nextThreshold(1, manager.zeros(new Shape(2, 2)))).isEqualTo(1);
    }
  }

  @Test
  void theLossIsASumOverDimensionsAndAMeanOverRows() {
    SaeConfig config = SaeConfig.of(new ReluSae2023(2), 2, 2);
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      parameters.put("W_enc", manager.eye(2));
      parameters.put("b_enc", manager.create(new float[] {0, -1}));
      parameters.put("W_dec", manager.eye(2));
      parameters.put("b_dec", manager.zeros(new Shape(2)));
      SaeLosses losses =
          new SaeGradients(config, parameters, manager)
              .of(SaeBatch.of(manager.create(new float[][] {{3, 5}, {-2, 0}})), 2);

      // f = [[3, 4], [0, 0]], x̂ = f: errors (0 + 1) and (4 + 0), L1 7 and 0.
      assertThat(losses.parts()).containsEntry("mse", 2.5).containsEntry("l1", 7.0);
      assertThat(losses.total()).isEqualTo(9.5);
    }
  }

  @Test
  void inputsAreDrawnBySquaredLoss() {
    assertThat(Resampling.probabilities(new double[] {1, 2, 3}))
        .containsExactly(new double[] {1 / 14.0, 4 / 14.0, 9 / 14.0}, within(1e-15));
    assertThat(Resampling.probabilities(new double[] {1e200, 0}))
        .containsExactly(1, 0); // whose square is beyond a double
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Resampling.probabilities(new double[] {0, 0}))
        .withMessage("all 2 losses are 0: there is nothing to resample by");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Resampling.probabilities(new double[] {1, Double.NaN}))
        .withMessage("loss of input 1 is NaN, expected a number from 0");
  }

  @Test
  void drawsFollowTheProbabilitiesAndTheSeedAlone() {
    double[] losses = {1, 0, 2, 3};
    int[] dead = new int[20_000];
    for (int i = 0; i < dead.length; i++) {
      dead[i] = i;
    }
    int[] drawn = Resampling.draw(losses, dead, 7, 25_000);
    double[] share = new double[4];
    for (int input : drawn) {
      share[input] += 1.0 / dead.length;
    }
    // A binomial's standard deviation is below 0.0036.
    assertThat(share)
        .containsExactly(new double[] {1 / 14.0, 0, 4 / 14.0, 9 / 14.0}, within(0.015));
    assertThat(Resampling.draw(losses, new int[] {9, 5}, 7, 25_000))
        .containsExactly(drawn[9], drawn[5]);
    assertThat(Resampling.draw(losses, dead, 8, 25_000)).isNotEqualTo(drawn);
    assertThat(Resampling.draw(losses, dead, 7, 50_000)).isNotEqualTo(drawn);
  }

  /** The living encoder columns are all ones, of norm √3: 0.2·√3·[3, 4, 5]/√50. */
  @Test
  void aDeadFeatureTakesTheDirectionOfItsInput() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray encoder = manager.ones(new Shape(3, 4));
      NDArray bias = manager.ones(new Shape(4));
      NDArray decoder = manager.ones(new Shape(4, 3));
      NDArray inputs = manager.create(new float[][] {{3, 4, 5}, {0, -2, 0}});

      Resampling.applyInPlace(encoder, bias, decoder, new int[] {2, 0}, inputs);

      double small = 0.2 * Math.sqrt(3);
      assertThat(GoldenSae.doubles(encoder))
          .containsExactly(
              new double[] {0, 1, 0.14697, 1, -small, 1, 0.19596, 1, 0, 1, 0.24495, 1},
              within(5e-6));
      assertThat(bias.toFloatArray()).containsExactly(0, 1, 0, 1);
      double root = Math.sqrt(50);
      assertThat(GoldenSae.doubles(decoder))
          .containsExactly(
              new double[] {0, -1, 0, 1, 1, 1, 3 / root, 4 / root, 5 / root, 1, 1, 1},
              within(1e-6));

      Resampling.forgetInPlace(encoder, bias, decoder, new int[] {1});
      assertThat(bias.toFloatArray()).containsExactly(0, 0, 0, 1);
      assertThat(encoder.get(":, 1").toFloatArray()).containsOnly(0);
      assertThat(decoder.get("1").toFloatArray()).containsOnly(0);
      assertThat(encoder.get(":, 3").toFloatArray()).containsOnly(1);
    }
  }

  /** The same where features are rows. */
  @Test
  void aDeadRowTakesTheDirectionOfItsInput() {
    float[][] encoder = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
    float[][] decoder = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
    float[] bias = {1, 1, 1, 1};

    Resampling.applyInPlace(
        encoder, bias, decoder, new int[] {2, 0}, new float[][] {{3, 4, 5}, {0, -2, 0}});

    float small = (float) (0.2 * Math.sqrt(3));
    assertThat(encoder[0]).containsExactly(new float[] {0, -small, 0}, within(1e-6f));
    assertThat(encoder[2])
        .containsExactly(new float[] {0.14697f, 0.19596f, 0.24495f}, within(5e-6f));
    assertThat(decoder[0]).containsExactly(0, -1, 0);
    float root = (float) Math.sqrt(50);
    assertThat(decoder[2])
        .containsExactly(new float[] {3 / root, 4 / root, 5 / root}, within(1e-6f));
    assertThat(bias).containsExactly(0, 1, 0, 1);
    assertThat(encoder[1]).containsExactly(1, 1, 1);
    assertThat(decoder[3]).containsExactly(1, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Resampling.applyInPlace(
                    encoder, bias, decoder, new int[] {1}, new float[][] {{0, 0, 0}}))
        .withMessage("a drawn input is all zeros and has no direction");
  }

  @Test
  void refusesToResampleWithoutAnythingToGoBy() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray encoder = manager.ones(new Shape(3, 2));
      NDArray bias = manager.ones(new Shape(2));
      NDArray decoder = manager.ones(new Shape(2, 3));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  Resampling.applyInPlace(
                      encoder, bias, decoder, new int[] {0, 1}, manager.ones(new Shape(2, 3))))
          .withMessage("all 2 features are dead: none has a norm to go by");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  Resampling.applyInPlace(
                      encoder, bias, decoder, new int[] {1}, manager.zeros(new Shape(1, 3))))
          .withMessage("a drawn input is all zeros and has no direction");
    }
  }

  @Test
  void theAverageNormIsThatOfAllRowsHoweverTheyAreSplit() {
    try (NDManager manager = NDManager.newBaseManager()) {
      AverageNorm whole = new AverageNorm(2);
      whole.add(manager.create(new float[][] {{3, 4}, {0, 1}, {6, 8}}));
      AverageNorm first = new AverageNorm(2);
      first.add(manager.create(new float[][] {{3, 4}}));
      AverageNorm second = new AverageNorm(2);
      second.add(manager.create(new float[][] {{0, 1}, {6, 8}}));
      first.merge(second);

      assertThat(whole.factor()).isCloseTo(Math.sqrt(2) * 3 / 16, within(1e-15));
      assertThat(first.factor()).isEqualTo(whole.factor());
      assertThatIllegalArgumentException().isThrownBy(() -> new AverageNorm(2).factor());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> first.merge(new AverageNorm(3)))
          .withMessage("Cannot merge norms of 2 and 3 dimensions");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> first.add(manager.zeros(new Shape(1, 3), DataType.FLOAT32)))
          .withMessage("activations are (1, 3), expected [n, 2]");
    }
  }
}
