package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.FrameworkModel;
import dev.microtome.circuits.PathExpansion;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.Slice;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.model.Values;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadKnockoutTest {
  private static final Random RANDOM = new Random(4);
  private static final List<int[]> SEQUENCES =
      List.of(
          RANDOM.ints(20, 0, 40).toArray(),
          RANDOM.ints(31, 0, 40).toArray(),
          RANDOM.ints(7, 0, 40).toArray());

  /** With patterns frozen, an attention-only model is the sum of its paths. */
  @Test
  void patternPreservingSubtractsEveryPathThroughTheHead() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager)) {
      HookedTransformer model = HookedTransformer.of(weights);
      List<HeadIndex> heads = HeadIndex.all(model.config());
      for (int[] sequence : SEQUENCES) {
        PathExpansion paths = expansion(model, weights, sequence, manager);
        List<PositionLosses> found =
            new HeadKnockout(model, List.of(sequence), 64, manager)
                .without(heads.stream().map(Set::of).toList(), HeadAblation.PATTERN_PRESERVING);
        for (int i = 0; i < heads.size(); i++) {
          HeadIndex out = heads.get(i);
          Matrix logits = paths.direct();
          for (HeadIndex head : heads) {
            logits = head.equals(out) ? logits : logits.plus(paths.head(head));
          }
          for (HeadIndex first : heads.subList(0, 4)) {
            for (HeadIndex second : heads.subList(4, 8)) {
              logits =
                  first.equals(out) || second.equals(out)
                      ? logits
                      : logits.plus(paths.virtual(first, second));
            }
          }
          for (int position = 1; position < sequence.length; position++) {
            // The model computes in float32; saw 2e-6.
            assertThat(found.get(i).mean(position))
                .as("head %s, position %d", out, position)
                .isCloseTo(loss(logits.row(position - 1), sequence[position]), within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void withoutAnyHeadOnlyTheDirectPathIsLeft() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager)) {
      HookedTransformer model = HookedTransformer.of(weights);
      int[] sequence = SEQUENCES.get(0);
      PathExpansion paths = expansion(model, weights, sequence, manager);
      HeadKnockout knockout = new HeadKnockout(model, List.of(sequence), 64, manager);
      for (HeadAblation ablation : List.of(HeadAblation.ZERO, HeadAblation.PATTERN_PRESERVING)) {
        PositionLosses losses =
            knockout.without(List.of(HeadIndex.all(model.config())), ablation).get(0);
        for (int position = 1; position < sequence.length; position++) {
          assertThat(losses.mean(position))
              .isCloseTo(loss(paths.direct().row(position - 1), sequence[position]), within(1e-5));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 40, 64, 4096})
  void theUnchangedModelsLossesDoNotDependOnTheBatches(int batchTokens) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model =
            HookedTransformer.load(
                ModelFiles.open(FrameworkModel.folder("models/gpt2")), manager)) {
      PositionLosses alone = new PositionLosses();
      for (int[] sequence : SEQUENCES) {
        alone.add(TokenLoss.nextToken(model, TokenBatch.of(sequence), manager)[0]);
      }

      PositionLosses batched = new HeadKnockout(model, SEQUENCES, batchTokens, manager).unchanged();

      assertThat(batched.lastPosition()).isEqualTo(30);
      for (int position = 1; position <= 30; position++) {
        // Sums of float32 in another order; saw 5e-7.
        assertThat(batched.mean(position)).isCloseTo(alone.mean(position), within(1e-5));
      }
    }
  }

  /**
   * On GPT-2 with its MLPs and norms: batched as we do it, and head by head as one would by hand.
   */
  @ParameterizedTest
  @EnumSource(HeadAblation.class)
  void manyAtOnceAreAsOneByOne(HeadAblation ablation) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model =
            HookedTransformer.load(
                ModelFiles.open(FrameworkModel.folder("models/gpt2")), manager)) {
      List<Set<HeadIndex>> knockouts =
          List.of(
              Set.of(new HeadIndex(2, 3)),
              Set.of(new HeadIndex(0, 1)),
              Set.of(new HeadIndex(0, 0), new HeadIndex(0, 2), new HeadIndex(1, 3)),
              Set.of());
      List<PositionLosses> found =
          new HeadKnockout(model, SEQUENCES, 64, manager).without(knockouts, ablation);

      for (int i = 0; i < knockouts.size(); i++) {
        PositionLosses expected = new PositionLosses();
        for (int[] sequence : SEQUENCES) {
          expected.add(byHand(model, sequence, knockouts.get(i), ablation, manager));
        }
        assertThat(found.get(i).lastPosition()).isEqualTo(30);
        for (int position = 1; position <= 30; position++) {
          // float32; other batch shapes add up in another order
          assertThat(found.get(i).mean(position))
              .as("knockout %d, position %d", i, position)
              .isCloseTo(expected.mean(position), within(1e-5));
        }
      }
      PositionLosses unchanged = new HeadKnockout(model, SEQUENCES, 64, manager).unchanged();
      assertThat(found.get(3).mean()).isCloseTo(unchanged.mean(), within(1e-5));
      assertThat(Math.abs(found.get(2).mean() - unchanged.mean())).isGreaterThan(1e-4);
    }
  }

  @Test
  void zeroAndPatternPreservingDifferOnlyWhereLaterHeadsLook() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager)) {
      HookedTransformer model = HookedTransformer.of(weights);
      HeadKnockout knockout = new HeadKnockout(model, SEQUENCES, 64, manager);
      List<Set<HeadIndex>> early = List.of(Set.of(new HeadIndex(0, 1)));
      List<Set<HeadIndex>> late = List.of(Set.of(new HeadIndex(1, 1)));
      assertThat(knockout.without(late, HeadAblation.ZERO).get(0).mean())
          .isCloseTo(
              knockout.without(late, HeadAblation.PATTERN_PRESERVING).get(0).mean(), within(1e-5));
      assertThat(
              Math.abs(
                  knockout.without(early, HeadAblation.ZERO).get(0).mean()
                      - knockout.without(early, HeadAblation.PATTERN_PRESERVING).get(0).mean()))
          .isGreaterThan(1e-4);
    }
  }

  private static float[] byHand(
      HookedTransformer model,
      int[] sequence,
      Set<HeadIndex> heads,
      HeadAblation ablation,
      NDManager manager) {
    List<HookPoint> patterns = model.hookPoints().resolve("blocks.*.attn.hook_pattern");
    try (ActivationCache clean =
        model.run(TokenBatch.of(sequence), ForwardPass.reading(patterns), manager)) {
      ForwardPass.Builder pass = ForwardPass.builder().source(Intervention.CLEAN, clean);
      for (HeadIndex head : heads) {
        HookPoint z = HookPoint.parse("blocks.%d.attn.hook_z".formatted(head.layer()));
        Slice slice = Slice.all().heads(head.head());
        pass.intervene(
            ablation == HeadAblation.MEAN
                ? Intervention.mean(z, slice, mean(model, z, head.head(), manager))
                : Intervention.zero(z, slice));
      }
      if (ablation == HeadAblation.PATTERN_PRESERVING) {
        patterns.forEach(each -> pass.intervene(Intervention.freeze(each, Slice.all())));
      }
      return TokenLoss.nextToken(model, TokenBatch.of(sequence), pass.build(), manager)[0];
    }
  }

  private static Values mean(HookedTransformer model, HookPoint z, int head, NDManager manager) {
    int dHead = model.config().dHead();
    double[] sum = new double[dHead];
    int tokens = 0;
    for (int[] sequence : SEQUENCES) {
      try (ActivationCache cache =
          model.run(TokenBatch.of(sequence), ForwardPass.reading(z), manager)) {
        float[] all = cache.floats(z);
        for (int position = 0; position < sequence.length; position++) {
          for (int i = 0; i < dHead; i++) {
            sum[i] += all[(position * model.config().nHeads() + head) * dHead + i];
          }
        }
        tokens += sequence.length;
      }
    }
    float[] mean = new float[dHead];
    for (int i = 0; i < dHead; i++) {
      mean[i] = (float) (sum[i] / tokens);
    }
    return Values.of(mean);
  }

  private static PathExpansion expansion(
      HookedTransformer model, ModelWeights weights, int[] sequence, NDManager manager) {
    FrameworkWeights matrices = FrameworkWeights.of(weights, FrameworkWeights.Folding.NONE);
    HookPoint input = HookPoint.parse("blocks.0.hook_resid_pre");
    List<HookPoint> patterns = model.hookPoints().resolve("blocks.*.attn.hook_pattern");
    int length = sequence.length;
    try (ActivationCache cache =
        model.run(
            TokenBatch.of(sequence),
            ForwardPass.builder().read(input).read(patterns).build(),
            manager)) {
      return PathExpansion.of(
          matrices,
          Matrix.of(length, 24, doubles(cache.floats(input), 0, length * 24)),
          patterns.stream()
              .map(
                  layer ->
                      IntStream.range(0, 4)
                          .mapToObj(
                              head ->
                                  Matrix.of(
                                      length,
                                      length,
                                      doubles(
                                          cache.floats(layer),
                                          head * length * length,
                                          length * length)))
                          .toList())
              .toList());
    }
  }

  private static double[] doubles(float[] floats, int from, int count) {
    return IntStream.range(from, from + count).mapToDouble(i -> floats[i]).toArray();
  }

  private static double loss(double[] logits, int target) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.log(sum) - logits[target];
  }
}
