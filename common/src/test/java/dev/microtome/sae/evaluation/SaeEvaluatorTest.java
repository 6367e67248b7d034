package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Torch;
import dev.microtome.model.load.GoldenModels;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SaeEvaluatorTest {
  private static final HookPoint HOOK = HookPoint.parse("blocks.1.hook_resid_post");
  private static final HookPoint HEADS = HookPoint.parse("blocks.1.attn.hook_z");

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @Test
  void aPerfectOneLosesNothingAndAnEmptyOneAll() {
    for (HookPoint hook : List.of(HOOK, HEADS)) {
      List<SaeEvaluation> found = evaluate(hook, sequences(), 64, 1, 0, 0.5f);

      PredictionSums perfect = found.get(0).predictions();
      assertThat(found.get(0).reconstruction().explainedVariance()).isEqualTo(1);
      assertThat(perfect.lossRecovered()).isCloseTo(1, within(1e-6)); // float32 losses
      assertThat(perfect.divergenceWithSae()).isCloseTo(0, within(1e-6));
      PredictionSums empty = found.get(1).predictions();
      assertThat(empty.lossRecovered()).isCloseTo(0, within(1e-6));
      assertThat(empty.divergenceRecovered()).isCloseTo(0, within(1e-6));
      assertThat(empty.divergenceWithSae()).isPositive();
      assertThat(empty.lossZeroAblated()).isNotEqualTo(empty.lossClean());
      SaeEvaluation half = found.get(2);
      assertThat(half.reconstruction().meanNormRatio()).isCloseTo(0.5, within(1e-6));
      assertThat(half.reconstruction().meanCosine()).isCloseTo(1, within(1e-6));
      assertThat(half.predictions().divergenceWithSae())
          .isBetween(0.0, half.predictions().divergenceZeroAblated());
      // Each coordinate is above or below 0: one of its two features fires.
      assertThat(half.features().meanFeaturesPerToken()).isEqualTo(32);
      assertThat(half.features().tokens()).isEqualTo(tokens(sequences()));
      assertThat(half.predictions().tokens()).isEqualTo(tokens(sequences()) - sequences().size());
    }
  }

  @Test
  void partsMergeToTheWhole() {
    List<TokenSequence> all = sequences();
    SaeEvaluation whole = evaluate(HOOK, all, 64, 0.5f).get(0);
    SaeEvaluation merged = SaeEvaluation.of(32, 64);
    for (int from = 0; from < all.size(); from += 3) {
      List<TokenSequence> part = all.subList(from, Math.min(all.size(), from + 3));
      merged.merge(evaluate(HOOK, part, 64, 0.5f).get(0).sums("half").evaluation());
    }
    for (SaeMetric metric : SaeMetric.values()) {
      // float32 activations in batches of other shapes
      assertThat(metric.of(merged))
          .as(metric.label())
          .isCloseTo(metric.of(whole), within(1e-5 * Math.abs(metric.of(whole)) + 1e-9));
    }
  }

  @Test
  void noFeatureAtAll() {
    try (NDManager memory = NDManager.newBaseManager()) {
      SparseFeatures none = EvaluationKernels.sparse(memory.zeros(new Shape(3, 5)));
      assertThat(none.rows()).isEqualTo(3);
      assertThat(none.features(1)).isEmpty();
    }
  }

  @Test
  void workedLossRecovered() {
    PredictionSums sums = PredictionSums.of(10, new double[] {20, 30, 50, 4, 16});
    assertThat(sums.lossRecovered()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(sums.divergenceRecovered()).isCloseTo(0.75, within(1e-15));
  }

  @Test
  void refusesSaesOfTwoHooks() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SaeEvaluator(
                    null,
                    List.of(
                        new SignedDictionary("a", HOOK, 32, 1),
                        new SignedDictionary("b", HEADS, 32, 1)),
                    8))
        .withMessage(
            "SAEs of blocks.1.hook_resid_post and blocks.1.attn.hook_z, expected one hook");
  }

  private static List<SaeEvaluation> evaluate(
      HookPoint hook, List<TokenSequence> sequences, int batchTokens, float... scales) {
    try (NDManager memory = NDManager.newBaseManager();
        HookedTransformer model =
            HookedTransformer.load(ModelFiles.open(GoldenModels.folder("gpt2")), memory)) {
      List<FeatureDictionary> saes = new ArrayList<>();
      for (float scale : scales) {
        saes.add(new SignedDictionary("x" + scale, hook, 32, scale));
      }
      return new SaeEvaluator(model, saes, batchTokens).evaluate(sequences, memory, done -> {});
    }
  }

  static List<TokenSequence> sequences() {
    Random random = new Random(3);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sequences.add(new TokenSequence(i, random.ints(2 + 3 * i, 0, 97).toArray()));
    }
    return sequences;
  }

  private static long tokens(List<TokenSequence> sequences) {
    return sequences.stream().mapToLong(sequence -> sequence.tokens().length).sum();
  }
}
