package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.Generation;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.Slice;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.model.Torch;
import dev.microtome.model.Values;
import dev.microtome.model.load.GoldenModels;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.sae.Finishing;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeInitialization;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.Trained;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureDescriberTest {
  private static final HookPoint LAST = HookPoint.parse("blocks.2.hook_resid_post");
  private static final HookPoint POST = HookPoint.parse("blocks.2.mlp.hook_post");
  private static final int WIDTH = 32;

  private final NDManager memory = NDManager.newBaseManager();
  private final ModelWeights weights =
      ModelWeights.load(ModelFiles.open(GoldenModels.folder("gpt2")), memory);
  private final HookedTransformer model = HookedTransformer.of(weights);
  private final FeatureDictionary signed = new SignedDictionary("signed", LAST, WIDTH, 1);
  private final FeatureDictionary neurons =
      FeatureDictionary.neurons("neurons", POST, model.config().dMlp());

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @AfterEach
  void close() {
    model.close();
    memory.close();
  }

  @Test
  void everyRowOfTwoDictionaries() throws IOException {
    List<FeatureDictionary> dictionaries = List.of(signed, neurons);
    List<FeatureFacts> facts = facts(dictionaries);
    List<ActivationSample> samples = samples(dictionaries);
    FeatureDescriber describer =
        new FeatureDescriber(
            model,
            weights,
            dictionaries,
            facts.stream().map(FeatureFacts::statistics).toList(),
            samples,
            List.of(),
            new DescribeSettings(3, 2, 2, 2, 64),
            id -> "t" + id);

    List<FeatureDescription> all = describer.describe(0, 4, 10, facts.get(0), memory);

    assertThat(all).hasSize(6);
    FeatureDescription first = all.get(0);
    assertThat(first.row().feature()).isEqualTo(4);
    assertThat(first.row().hook()).isEqualTo("blocks.2.hook_resid_post");
    assertThat(first.row().density()).isBetween(0.05, 0.95);
    assertThat(first.row().meanActivation()).isEqualTo(facts.get(0).statistics().meanActive(4));
    assertThat(first.row().topLabel()).startsWith("even=");
    assertThat(first.examples().get(0).bin()).isEqualTo("top");
    assertThat(first.examples().get(0).activation()).isEqualTo(first.row().maxActivation());
    assertThat(first.examples().get(0).tokens()).allMatch(token -> token.startsWith("t"));
    assertThat(first.examples()).extracting(FeatureExampleRow::bin).contains("0.8-1", "0-0.2");
    assertThat(first.logits()).hasSize(6);
    assertThat(first.neighbors())
        .extracting(FeatureNeighborRow::otherSae)
        .contains("signed", "neurons");
    // Axes are at right angles, and the negative half of one is no neighbour.
    assertThat(first.neighbors())
        .noneMatch(row -> row.relation().equals(FeatureNeighborRow.DECODER_COSINE));
  }

  @Test
  void logitEffectsAreTheChangeOfLogits() {
    List<FeatureLogits.Effects> effects =
        new FeatureLogits(weights).of(neurons, 5, 8, 4, memory).orElseThrow();
    // Without the final norm's division a change in logits is its product with the effects: the
    // ratio of two tokens' changes does not depend on it, for a small change.
    int feature = 6;
    List<FeatureLogits.Effect> largest = effects.get(1).largest();
    float[] before = logits(0, feature);
    float[] after = logits(1e-2, feature);
    FeatureLogits.Effect top = largest.get(0);
    FeatureLogits.Effect low = effects.get(1).smallest().get(0);
    FeatureLogits.Effect second = largest.get(1);
    double scale = change(before, after, top) - change(before, after, low);
    assertThat((change(before, after, second) - change(before, after, low)) / scale)
        .isCloseTo((second.value() - low.value()) / (top.value() - low.value()), within(2e-2));
    assertThat(largest).isSortedAccordingTo((a, b) -> Double.compare(b.value(), a.value()));
  }

  @Test
  void aHookBehindNonLinearitiesHasNoDirectEffect() {
    FeatureDictionary inside =
        new SignedDictionary("pre", HookPoint.parse("blocks.1.mlp.hook_pre"), 128, 1);
    assertThat(new FeatureLogits(weights).of(inside, 0, 2, 4, memory)).isEmpty();
  }

  @Test
  void ablationTakesTheFeatureAwayAndNothingElse() throws IOException {
    ActivationSample sample = samples(List.of(neurons)).get(0);
    FeatureAblation ablation = new FeatureAblation(model, neurons, sample, 64);
    FeatureStatistics statistics = facts(List.of(neurons)).get(0).statistics();
    int feature =
        IntStream.range(0, neurons.features())
            .boxed()
            .max(Comparator.comparingLong(statistics::fires))
            .orElseThrow();

    FeatureAblation.Effect effect = ablation.of(feature, feature + 1, 100, memory).get(0);

    double expected = 0;
    long fires = 0;
    float largest = 0;
    FeatureAblation.Effect where = FeatureAblation.Effect.NONE;
    for (TokenSequence sequence : SaeEvaluatorTest.sequences()) {
      TokenBatch batch = TokenBatch.of(sequence.tokens());
      List<Intervention> zeros = new ArrayList<>();
      float peak = 0;
      try (ActivationCache cache = model.run(batch, ForwardPass.reading(POST), memory)) {
        float[] values = cache.floats(POST, 0);
        for (int position = 0; position < sequence.tokens().length; position++) {
          float value = values[position * neurons.features() + feature];
          if (value > 0) {
            peak = Math.max(peak, value);
            zeros.add(Intervention.zero(POST, Slice.all().positions(position).features(feature)));
          }
        }
      }
      ForwardPass pass = ForwardPass.builder().intervene(zeros).build();
      float[] clean = TokenLoss.nextToken(model, batch, memory)[0];
      float[] without = TokenLoss.nextToken(model, batch, pass, memory)[0];
      double more = 0;
      for (int i = 0; i < clean.length; i++) {
        more += (double) without[i] - clean[i];
      }
      expected += more;
      fires += zeros.size();
      if (peak > largest) {
        largest = peak;
        where = new FeatureAblation.Effect(more, zeros.size());
      }
    }
    assertThat(effect.fires()).isEqualTo(fires).isPositive();
    assertThat(effect.lossNats()).isCloseTo(expected, within(2e-4)); // float32 losses
    assertThat(Math.abs(expected)).isGreaterThan(1e-3);
    assertThat(effect.perFire()).isEqualTo(effect.lossNats() / fires);
    // Of one sequence: that in which the feature is largest.
    FeatureAblation.Effect one = ablation.of(feature, feature + 1, 1, memory).get(0);
    assertThat(one.fires()).isEqualTo(where.fires()).isLessThan(fires);
    assertThat(one.lossNats()).isCloseTo(where.lossNats(), within(2e-4));
  }

  @Test
  void steeringChangesWhatComes() {
    List<int[]> prompts = List.of(new int[] {5, 3, 8});
    Generation generation = Generation.greedy(6);
    int[] plain = generation.run(model, prompts, memory).get(0);

    assertThat(
            FeatureSteering.continuations(model, signed, 7, 0, prompts, generation, memory).get(0))
        .isEqualTo(plain);
    // So much of the feature's direction, here the negative half of an axis, at every position.
    FeatureDictionary halves = new SignedDictionary("halves", LAST, WIDTH, 0.5f);
    Intervention less = Intervention.add(LAST, Slice.all().features(7), Values.of(-0.5 * 30));
    assertThat(
            FeatureSteering.continuations(model, halves, WIDTH + 7, 30, prompts, generation, memory)
                .get(0))
        .isEqualTo(generation.intervening(less).run(model, prompts, memory).get(0))
        .isNotEqualTo(plain);
    assertThat(
            FeatureSteering.continuations(
                    model,
                    new SignedDictionary("z", HookPoint.parse("blocks.0.attn.hook_z"), WIDTH, 1),
                    7,
                    1e4,
                    prompts,
                    generation,
                    memory)
                .get(0))
        .isNotEqualTo(plain);
  }

  /** Features of an SAE that normalises its input are measured in units that each token has. */
  @ParameterizedTest
  @EnumSource(names = {"NONE", "CONSTANT_NORM", "LAYER_NORM"})
  void aFeatureAddsToATokenWhatItsSaeWouldRebuildMore(Normalization normalization) {
    int[] prompt = {5, 3, 8, 1};
    try (Sae sae = sae(normalization);
        NDManager scratch = memory.newSubManager()) {
      FeatureDictionary dictionary = FeatureDictionary.of("s", sae, DictionaryHooks.of(LAST));
      NDArray x = scratch.create(activation(prompt), new Shape(prompt.length, WIDTH));
      NDArray features = sae.encode(x);
      float[] more = new float[64];
      more[9] = 25;
      NDArray gained =
          sae.decode(features.add(scratch.create(more)), x).sub(sae.decode(features, x));

      float[] added =
          dictionary
              .directions(scratch, 9)
              .mul(25)
              .mul(dictionary.tokenScale().of(scratch, x))
              .toFloatArray();
      assertThat(added).containsExactly(gained.toFloatArray(), within(1e-4f)); // float32 around 40
      Generation generation = Generation.greedy(1);
      Intervention byHand =
          Intervention.add(
              LAST,
              Slice.all().positions(0, 1, 2, 3),
              Values.of(gained.toFloatArray(), prompt.length, WIDTH));
      assertThat(
              FeatureSteering.continuations(
                      model, dictionary, 9, 25, List.of(prompt), generation, memory)
                  .get(0))
          .isEqualTo(generation.intervening(byHand).run(model, List.of(prompt), memory).get(0));
    }
  }

  /**
   * Without the feature's contribution the activation is what the SAE rebuilds without it, and its
   * error.
   */
  @Test
  void ablationActsInTheModelsUnits() throws IOException {
    try (Sae sae = sae(Normalization.LAYER_NORM)) {
      FeatureDictionary dictionary = FeatureDictionary.of("s", sae, DictionaryHooks.of(LAST));
      ActivationSample sample = samples(List.of(dictionary)).get(0);
      FeatureStatistics statistics = facts(List.of(dictionary)).get(0).statistics();
      int feature =
          IntStream.range(0, 64)
              .boxed()
              .max(Comparator.comparingLong(statistics::fires))
              .orElseThrow();

      FeatureAblation.Effect effect =
          new FeatureAblation(model, dictionary, sample, 64)
              .of(feature, feature + 1, 100, memory)
              .get(0);

      double expected = 0;
      for (TokenSequence sequence : SaeEvaluatorTest.sequences()) {
        int[] tokens = sequence.tokens();
        try (NDManager scratch = memory.newSubManager()) {
          NDArray x = scratch.create(activation(tokens), new Shape(tokens.length, WIDTH));
          NDArray features = sae.encode(x);
          float[] kept = new float[64];
          Arrays.fill(kept, 1);
          kept[feature] = 0;
          NDArray lost =
              sae.decode(features.mul(scratch.create(kept)), x).sub(sae.decode(features, x));
          Intervention change =
              Intervention.add(
                  LAST, Slice.all(), Values.of(lost.toFloatArray(), 1, tokens.length, WIDTH));
          ForwardPass pass = ForwardPass.builder().intervene(List.of(change)).build();
          float[] clean = TokenLoss.nextToken(model, TokenBatch.of(tokens), memory)[0];
          float[] without = TokenLoss.nextToken(model, TokenBatch.of(tokens), pass, memory)[0];
          for (int i = 0; i < clean.length; i++) {
            expected += (double) without[i] - clean[i];
          }
        }
      }
      assertThat(effect.lossNats()).isCloseTo(expected, within(2e-4)); // float32 losses
      assertThat(Math.abs(expected)).isGreaterThan(1e-2);
    }
  }

  private Sae sae(Normalization normalization) {
    SaeConfig config = SaeConfig.of(new TopKSae(4), WIDTH, 64).with(normalization);
    return Finishing.finish(
        Trained.of(config, SaeInitialization.of(config, 1, memory)), SaeSource.UNKNOWN, memory);
  }

  private float[] activation(int... tokens) {
    try (ActivationCache cache =
        model.run(TokenBatch.of(tokens), ForwardPass.reading(LAST), memory)) {
      return cache.floats(LAST, 0);
    }
  }

  private float[] logits(double amount, int feature) {
    HookPoint logits = HookPoint.parse("logits");
    ForwardPass pass =
        ForwardPass.builder()
            .read(logits)
            .intervene(Intervention.add(POST, Slice.all().features(feature), Values.of(amount)))
            .build();
    try (ActivationCache cache = model.run(TokenBatch.of(new int[] {5, 3}), pass, memory)) {
      return cache.floats(logits, 0);
    }
  }

  private static double change(float[] before, float[] after, FeatureLogits.Effect effect) {
    return (double) after[effect.token()] - before[effect.token()];
  }

  private List<FeatureFacts> facts(List<FeatureDictionary> dictionaries) throws IOException {
    ExampleSettings settings = new ExampleSettings(3, 5, 1, 2, 0);
    List<FeatureSurvey> surveys =
        dictionaries.stream().map(each -> FeatureSurvey.of(each.features(), 3)).toList();
    read(dictionaries, (i, sequence, features) -> surveys.get(i).add(features));
    List<FeatureFacts> facts =
        IntStream.range(0, dictionaries.size())
            .mapToObj(
                i ->
                    new FeatureFacts(
                        surveys.get(i).statistics(),
                        ActivationHistograms.of(dictionaries.get(i).features(), 20),
                        new ExampleSelection(surveys.get(i).range(), settings),
                        new LabelCounts(dictionaries.get(i).features(), 5)))
            .toList();
    read(
        dictionaries,
        (i, sequence, features) -> {
          facts.get(i).histograms().add(features, surveys.get(i).range());
          facts.get(i).examples().add(sequence, features);
          for (int row = 0; row < features.rows(); row++) {
            TokenLabel label = new TokenLabel("even", "" + (sequence.tokens()[row] % 2 == 0));
            facts.get(i).labels().add(List.of(label), features, row, surveys.get(i).range());
          }
        });
    return facts;
  }

  private List<ActivationSample> samples(List<FeatureDictionary> dictionaries) throws IOException {
    List<List<FeatureActivationsRow>> rows = new ArrayList<>();
    dictionaries.forEach(each -> rows.add(new ArrayList<>()));
    read(
        dictionaries,
        (i, sequence, features) -> {
          for (int row = 0; row < features.rows(); row++) {
            rows.get(i)
                .add(
                    new FeatureActivationsRow(
                        dictionaries.get(i).name(),
                        sequence.sequenceId(),
                        row,
                        sequence.tokens()[row],
                        features.features(row),
                        features.values(row)));
          }
        });
    return IntStream.range(0, dictionaries.size())
        .mapToObj(
            i ->
                ActivationSample.of(
                    dictionaries.get(i).name(), dictionaries.get(i).features(), rows.get(i)))
        .toList();
  }

  private void read(List<FeatureDictionary> dictionaries, FeatureReader.Sink sink)
      throws IOException {
    new FeatureReader(model, dictionaries, 64)
        .read(SaeEvaluatorTest.sequences(), memory, sink, done -> {});
  }
}
