package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Torch;
import dev.microtome.model.load.GoldenModels;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Directions of features, worked out by hand: their cosines, their tree, what logits they move. */
class FeatureGeometryTest {
  private static final HookPoint LAST = HookPoint.parse("blocks.2.hook_resid_post");
  private static final int WIDTH = 32;
  private static final FeatureDictionary SMALL =
      DirectionsDictionary.of("small", LAST, WIDTH, row(1, 1, 0, 0), row(0, 0, 1, 1));
  private static final FeatureDictionary MEDIUM =
      DirectionsDictionary.of(
          "medium", LAST, WIDTH, row(1, 0), row(0, 1), row(0, 0, 1), row(0, 0, 0, 2));
  private static final FeatureDictionary LARGE =
      DirectionsDictionary.of(
          "large", LAST, WIDTH, row(5), row(3, 4), row(0, 0, 3, 4), row(0, 0, -1), row(1), row(1));

  private final NDManager memory = NDManager.newBaseManager();

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private static float[] row(float... first) {
    return first;
  }

  @Test
  void cosinesAreThoseOfTheDirectionsWhateverTheirNorms() {
    assertThat(DecoderNeighbors.of(LARGE, 1, 3, MEDIUM, 3, memory))
        .extracting(FeatureGeometryTest::rounded)
        .containsExactly(List.of("1 0.8", "0 0.6"), List.of("3 0.8", "2 0.6"));
    // 3 : 4 and 1 : 1 are at 7/5√2; a feature is not its own neighbour, its equals are.
    assertThat(DecoderNeighbors.of(LARGE, 1, 2, SMALL, 3, memory).get(0).get(0).value())
        .isCloseTo(7 / (5 * Math.sqrt(2)), within(1e-6)); // float32
    assertThat(rounded(DecoderNeighbors.of(LARGE, 4, 5, LARGE, 2, memory).get(0)))
        .containsExactlyInAnyOrder("0 1.0", "5 1.0");
    assertThat(DecoderNeighbors.of(LARGE, 3, 4, MEDIUM, 3, memory).get(0)).isEmpty();
  }

  @Test
  void aFeaturesParentIsTheNearestOfTheNextSmallerDictionary() {
    FeatureDictionary neurons = FeatureDictionary.neurons("neurons", LAST, 3);
    FeatureDictionary elsewhere =
        new SignedDictionary("elsewhere", HookPoint.parse("blocks.1.hook_resid_post"), 2, 1);
    List<FeatureDictionary> all = List.of(LARGE, SMALL, MEDIUM, neurons, elsewhere);

    assertThat(trees(all, 0))
        .extracting(
            FeatureTreeRow::feature,
            FeatureTreeRow::parentSae,
            FeatureTreeRow::parentFeature,
            row -> Math.round(row.cosine() * 1e6) / 1e6)
        .containsExactly(
            tuple(0, "medium", 0, 1.0),
            tuple(1, "medium", 1, 0.8),
            tuple(2, "medium", 3, 0.8),
            // Feature 3 points away from all of them.
            tuple(4, "medium", 0, 1.0),
            tuple(5, "medium", 0, 1.0));
    assertThat(trees(all, 2))
        .extracting(FeatureTreeRow::feature, FeatureTreeRow::parentSae, row -> row.parentFeature())
        .containsExactly(
            tuple(0, "small", 0), tuple(1, "small", 0), tuple(2, "small", 1), tuple(3, "small", 1));
    assertThat(trees(all, 0))
        .extracting(FeatureTreeRow::fires, FeatureTreeRow::parentFires)
        .containsExactly(tuple(1L, 1L), tuple(2L, 2L), tuple(3L, 0L), tuple(5L, 1L), tuple(0L, 1L));
    assertThat(trees(all, 1)).isEmpty();
    // Nearest are told of the dictionary's own; nothing fires, so that nothing correlates.
    FeatureRow row = described(all, 0).get(1).row();
    assertThat(row.nearestCosine()).isCloseTo(0.6, within(1e-6));
    assertThat(row.nearestCorrelation()).isNaN();
  }

  /** A unit of the direction through the final norm's weight and W_U, beside the mean token's. */
  @Test
  void logitEffectsAreInUnitsOfTheFeature() {
    ModelWeights weights = ModelWeights.load(ModelFiles.open(GoldenModels.folder("gpt2")), memory);
    float[] norm = weights.get("ln_final.w").toFloatArray();
    float[] unembedding = weights.get("unembed.W_U").toFloatArray(); // [token, width]
    int vocabulary = weights.config().dVocab();
    // 3 and 4 in two coordinates; the norm takes their mean 7/32 from all.
    double[] expected = new double[vocabulary];
    double mean = 0;
    for (int token = 0; token < vocabulary; token++) {
      for (int i = 0; i < WIDTH; i++) {
        double value = (i == 0 ? 3 : i == 1 ? 4 : 0) - 7.0 / WIDTH;
        expected[token] += value * norm[i] * unembedding[token * WIDTH + i];
      }
      mean += expected[token] / vocabulary;
    }

    FeatureLogits.Effects effects =
        new FeatureLogits(weights).of(LARGE, 1, 2, vocabulary, memory).orElseThrow().get(0);

    assertThat(effects.largest()).hasSize(vocabulary);
    for (FeatureLogits.Effect effect : effects.largest()) {
      assertThat(effect.value()).isCloseTo(expected[effect.token()] - mean, within(1e-12));
    }
    assertThat(effects.largest().get(0).value()).isPositive();
    assertThat(effects.smallest().get(0)).isEqualTo(effects.largest().get(vocabulary - 1));
  }

  private static List<String> rounded(List<Neighbor> neighbors) {
    return neighbors.stream()
        .map(each -> each.feature() + " " + Math.round(each.value() * 1e6) / 1e6)
        .toList();
  }

  private List<FeatureTreeRow> trees(List<FeatureDictionary> all, int index) {
    return described(all, index).stream().flatMap(each -> each.tree().stream()).toList();
  }

  /** One token for feature 0, two for the next and so on, but none for the last. */
  private static FeatureStatistics firing(FeatureDictionary dictionary) {
    int features = dictionary.features();
    long[] fires = LongStream.rangeClosed(1, features).toArray();
    fires[features - 1] = 0;
    return FeatureStatistics.of(
        9, fires, new double[features], new double[features], new float[features]);
  }

  /** The features of one of the dictionaries, which never fire. */
  private List<FeatureDescription> described(List<FeatureDictionary> all, int index) {
    int features = all.get(index).features();
    FeatureSurvey survey = FeatureSurvey.of(features, 1);
    FeatureFacts facts =
        new FeatureFacts(
            survey.statistics(),
            ActivationHistograms.of(features, 5),
            new ExampleSelection(survey.range(), new ExampleSettings(1, 5, 0, 0, 0)),
            new LabelCounts(features, 5));
    List<ActivationSample> samples =
        all.stream()
            .map(
                each ->
                    ActivationSample.of(
                        each.name(),
                        each.features(),
                        List.of(
                            new FeatureActivationsRow(
                                each.name(), 0, 0, 1, new int[0], new float[0]))))
            .toList();
    ModelWeights weights = ModelWeights.load(ModelFiles.open(GoldenModels.folder("gpt2")), memory);
    try (HookedTransformer model = HookedTransformer.of(weights)) {
      return new FeatureDescriber(
              model,
              weights,
              all,
              all.stream().map(FeatureGeometryTest::firing).toList(),
              samples,
              List.of(),
              new DescribeSettings(0, 1, 1, 0, 64),
              Integer::toString)
          .describe(index, 0, features, facts, memory);
    }
  }
}
