package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.FrameworkModel;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.model.load.Safetensors;
import dev.microtome.run.InputException;
import dev.microtome.text.RepeatedTokens;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadScoresGoldenTest {
  @Test
  void scoresOfTheFrameworkModel() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager);
        Safetensors golden = FrameworkModel.golden()) {
      int[] tokens = FrameworkModel.tokens(golden, "repeated_ids", 0);
      RepeatedTokens example = RepeatedTokens.of(tokens[0], Arrays.copyOfRange(tokens, 1, 26), 4);
      assertThat(example.tokens()).isEqualTo(tokens);

      HeadScores scores =
          HeadScores.of(HookedTransformer.of(weights), folded(weights), List.of(example), manager);

      assertThat(scores.scores()).containsExactlyInAnyOrder(HeadScore.values());
      for (HeadScore score : HeadScore.values()) {
        if (score == HeadScore.COPYING) {
          continue; // no golden; see below
        }
        for (HeadIndex head : HeadIndex.all(weights.config())) {
          // The model computes in float32, the golden values in float64.
          assertThat(scores.value(score, head))
              .as("%s of %s", score, head)
              .isCloseTo(
                  FrameworkModel.value(
                      golden, "head_score." + score.label(), head.layer(), head.head()),
                  within(1e-5));
        }
      }
    }
  }

  /** The copying score from its definition, on whole logits of hook_result. */
  @ParameterizedTest
  @ValueSource(strings = {"framework", "models/gpt2", "models/llama", "models/gpt-neox"})
  void copyingIsTheShareOfTheAttendedTokensInWhatIsRaised(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights =
            ModelWeights.load(ModelFiles.open(FrameworkModel.folder(name)), manager)) {
      HookedTransformer model = HookedTransformer.of(weights);
      RepeatedTokens example =
          RepeatedTokens.random(
              0, RepeatedTokens.candidates(model.config().dVocab(), 0), 10, 2, 3, 0);
      FrameworkWeights folded = folded(weights);

      HeadScores scores = HeadScores.of(model, folded, List.of(example), manager);

      Matrix unembedding = folded.unembedding(0, model.config().dVocab());
      int dModel = model.config().dModel();
      int heads = model.config().nHeads();
      for (HeadIndex head : HeadIndex.all(model.config())) {
        HookPoint result = HookPoint.parse("blocks.%d.attn.hook_result".formatted(head.layer()));
        HookPoint pattern = HookPoint.parse("blocks.%d.attn.hook_pattern".formatted(head.layer()));
        // The sample alone: what comes behind it does not matter to a causal model.
        int[] tokens = Arrays.copyOf(example.tokens(), 11);
        try (ActivationCache cache =
            model.run(TokenBatch.of(tokens), ForwardPass.reading(result, pattern), manager)) {
          float[] results = cache.floats(result);
          float[] patterns = cache.floats(pattern);
          double attended = 0;
          double all = 0;
          for (int q = 1; q <= 10; q++) {
            double[] written = new double[dModel];
            for (int i = 0; i < dModel; i++) {
              written[i] = results[(q * heads + head.head()) * dModel + i];
            }
            double[] logits = Matrix.of(1, dModel, written).timesTranspose(unembedding).toArray();
            double mean = Arrays.stream(logits).average().orElseThrow();
            double total =
                IntStream.rangeClosed(1, 10)
                    .mapToDouble(v -> Math.max(0, logits[tokens[v]] - mean))
                    .sum();
            for (int s = 1; s <= q; s++) {
              double attention = patterns[(head.head() * 11 + q) * 11 + s];
              attended += attention * Math.max(0, logits[tokens[s]] - mean);
              all += attention * total;
            }
          }
          // float32 activations from another kernel
          assertThat(scores.value(HeadScore.COPYING, head))
              .as("head %s", head)
              .isCloseTo(2 * attended / all - 1, within(1e-5));
        }
      }
    }
  }

  @Test
  void scoresAreMeansOverExamples() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager)) {
      HookedTransformer model = HookedTransformer.of(weights);
      int[] candidates = RepeatedTokens.candidates(40, 0);
      List<RepeatedTokens> examples =
          IntStream.range(0, 3)
              .mapToObj(i -> RepeatedTokens.random(0, candidates, 20, 3, 5, i))
              .toList();
      HeadScores together = HeadScores.of(model, folded(weights), examples, manager);
      List<HeadScores> alone =
          examples.stream()
              .map(each -> HeadScores.of(model, folded(weights), List.of(each), manager))
              .toList();
      for (HeadScore score : HeadScore.values()) {
        for (HeadIndex head : HeadIndex.all(model.config())) {
          double mean =
              alone.stream().mapToDouble(each -> each.value(score, head)).average().orElseThrow();
          assertThat(together.value(score, head)).isCloseTo(mean, within(1e-12));
        }
      }
      List<HeadIndex> top = together.top(HeadScore.PREVIOUS_TOKEN, 8);
      assertThat(top).hasSize(8).doesNotHaveDuplicates();
      for (int i = 1; i < 8; i++) {
        assertThat(together.value(HeadScore.PREVIOUS_TOKEN, top.get(i)))
            .isLessThanOrEqualTo(together.value(HeadScore.PREVIOUS_TOKEN, top.get(i - 1)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gemma2", "opt-postnorm"})
  void copyingIsLeftOutWhereThereIsNoDirectPath(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights =
            ModelWeights.load(ModelFiles.open(FrameworkModel.folder("models/" + name)), manager)) {
      RepeatedTokens example =
          RepeatedTokens.random(
              0, RepeatedTokens.candidates(weights.config().dVocab(), 0), 7, 3, 0, 0);
      HeadScores scores =
          HeadScores.of(
              HookedTransformer.of(weights),
              FrameworkWeights.of(weights, FrameworkWeights.Folding.NONE),
              List.of(example),
              manager);
      assertThat(scores.scores())
          .contains(HeadScore.PREFIX_MATCHING)
          .doesNotContain(HeadScore.COPYING);
      assertThat(scores.value(HeadScore.FIRST_TOKEN, new HeadIndex(0, 0))).isBetween(0.0, 1.0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scores.value(HeadScore.COPYING, new HeadIndex(0, 0)))
          .withMessageEndingWith("model has no score 'copying'");
    }
  }

  @Test
  void refusesExamplesThatDoNotFit() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager)) {
      HookedTransformer model = HookedTransformer.of(weights);
      int[] candidates = RepeatedTokens.candidates(40, 0);
      RepeatedTokens tooLong = RepeatedTokens.random(0, candidates, 25, 5, 0, 0);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> HeadScores.of(model, folded(weights), List.of(tooLong), manager))
          .withMessage("sequence of 126 tokens: the model's context is 104");
      RepeatedTokens once = RepeatedTokens.random(0, candidates, 25, 1, 0, 0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HeadScores.of(model, folded(weights), List.of(once), manager))
          .withMessage("Head scores need at least one example of at least two repetitions");
    }
  }

  private static FrameworkWeights folded(ModelWeights weights) {
    return FrameworkWeights.of(weights, FrameworkWeights.Folding.NORMS);
  }
}
