package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationTest {
  private static final List<int[]> PROMPTS =
      List.of(
          new int[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3},
          new int[] {2, 7},
          new int[] {1, 6, 1, 8, 0, 3, 3, 9, 8, 8});

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  static Stream<String> causalModels() {
    return HookedTransformerGoldenTest.models().filter(name -> !name.startsWith("bert"));
  }

  @ParameterizedTest
  @MethodSource("causalModels")
  void keptKeysAndValuesGiveWhatRunningTheWholeSequenceGives(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      List<int[]> continuations = Generation.greedy(15).run(model, PROMPTS, manager);
      for (int i = 0; i < PROMPTS.size(); i++) {
        int[] sequence = PROMPTS.get(i);
        for (int token : continuations.get(i)) {
          assertThat(token).isEqualTo(likeliestNext(model, sequence, manager));
          sequence = IntStream.concat(IntStream.of(sequence), IntStream.of(token)).toArray();
        }
        assertThat(sequence).hasSize(PROMPTS.get(i).length + 15);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameTokensAndAnotherOneOthers() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("llama").load(manager)) {
      List<int[]> first = Generation.sampled(20, Sampling.of(1)).run(model, PROMPTS, manager);
      List<int[]> again = Generation.sampled(20, Sampling.of(1)).run(model, PROMPTS, manager);
      List<int[]> other = Generation.sampled(20, Sampling.of(2)).run(model, PROMPTS, manager);
      List<int[]> withoutTheLast =
          Generation.sampled(20, Sampling.of(1)).run(model, PROMPTS.subList(0, 2), manager);
      for (int i = 0; i < PROMPTS.size(); i++) {
        assertThat(again.get(i)).isEqualTo(first.get(i)).isNotEqualTo(other.get(i));
      }
      assertThat(withoutTheLast.get(0)).isEqualTo(first.get(0));
      assertThat(withoutTheLast.get(1)).isEqualTo(first.get(1));
    }
  }

  @Test
  void oneCandidateIsTheGreedyToken() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("llama").load(manager)) {
      List<int[]> greedy = Generation.greedy(10).run(model, PROMPTS, manager);
      List<int[]> topOne =
          Generation.sampled(10, new Sampling(1, 1, 1, 7)).run(model, PROMPTS, manager);
      List<int[]> smallNucleus =
          Generation.sampled(10, new Sampling(1, 0, 1e-9, 7)).run(model, PROMPTS, manager);
      List<int[]> cold =
          Generation.sampled(10, new Sampling(1e-4, 0, 1, 7)).run(model, PROMPTS, manager);
      for (int i = 0; i < PROMPTS.size(); i++) {
        assertThat(topOne.get(i)).isEqualTo(greedy.get(i));
        assertThat(smallNucleus.get(i)).isEqualTo(greedy.get(i));
        assertThat(cold.get(i)).isEqualTo(greedy.get(i));
      }
    }
  }

  @Test
  void aContinuationEndsWithItsStopToken() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager)) {
      List<int[]> free = Generation.greedy(12).run(model, PROMPTS, manager);
      int stop = free.get(0)[4];
      List<int[]> stopped = Generation.greedy(12).stoppingAt(stop).run(model, PROMPTS, manager);
      for (int i = 0; i < PROMPTS.size(); i++) {
        int[] row = free.get(i);
        int end =
            IntStream.range(0, row.length)
                .filter(step -> row[step] == stop)
                .findFirst()
                .orElse(row.length - 1);
        assertThat(stopped.get(i)).isEqualTo(Arrays.copyOf(row, end + 1));
      }
    }
  }

  @Test
  void drawsFollowTheTemperedDistribution() {
    float[] logits = {1, 3, 2, -1};
    Sampling sampling = new Sampling(2, 3, 1, 11);
    int draws = 20_000;
    int[] counts = new int[4];
    for (int step = 0; step < draws; step++) {
      counts[sampling.draw(logits, step % 7, step)]++;
    }
    double total = Math.exp(0.5) + Math.exp(1.5) + Math.exp(1);
    // Standard deviation of a share: at most 0.0036.
    assertThat((double) counts[0] / draws).isCloseTo(Math.exp(0.5) / total, within(0.015));
    assertThat((double) counts[1] / draws).isCloseTo(Math.exp(1.5) / total, within(0.015));
    assertThat((double) counts[2] / draws).isCloseTo(Math.exp(1) / total, within(0.015));
    assertThat(counts[3]).isZero();
  }

  @Test
  void theNucleusIsTheFewestTokensThatReachItsMass() {
    float[] logits = {
      (float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05)
    };
    Sampling sampling = new Sampling(1, 0, 0.75, 3);
    List<Integer> drawn = new ArrayList<>();
    for (int step = 0; step < 500; step++) {
      drawn.add(sampling.draw(logits, 0, step));
    }
    assertThat(drawn).contains(0, 1).doesNotContain(2, 3);
  }

  @Test
  void whatCannotBeGeneratedIsRefused() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer gpt2 = GoldenModel.open("gpt2").load(manager);
        HookedTransformer bert = GoldenModel.open("bert").load(manager)) {
      assertThat(Generation.greedy(39).run(gpt2, PROMPTS.subList(0, 1), manager).get(0))
          .hasSize(39);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> Generation.greedy(40).run(gpt2, PROMPTS, manager))
          .withMessage("generation: 10 prompt tokens and 40 new ones: the model's context is 48");
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> Generation.greedy(1).run(bert, PROMPTS, manager))
          .withMessage("generation: a bert model is not causal");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampling(0, 0, 1, 1))
        .withMessage("Sampling needs temperature > 0, topK ≥ 0, 0 < topP ≤ 1: 0.0, 0, 1.0");
  }

  private static int likeliestNext(HookedTransformer model, int[] sequence, NDManager manager) {
    HookPoint point = HookPoint.of(HookSite.LOGITS);
    try (ActivationCache cache =
        model.run(TokenBatch.of(sequence), ForwardPass.reading(point), manager)) {
      float[] logits = cache.floats(point);
      int start = logits.length - model.config().dVocab();
      return IntStream.range(0, model.config().dVocab())
          .reduce((a, b) -> logits[start + b] > logits[start + a] ? b : a)
          .orElseThrow();
    }
  }
}
