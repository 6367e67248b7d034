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

  private static final HookPoint RESID = HookPoint.parse("blocks.1.hook_resid_pre");
  private static final HookPoint V = HookPoint.parse("blocks.0.attn.hook_v");
  private static final HookPoint POST = HookPoint.parse("blocks.1.mlp.hook_post");
  private static final HookPoint PATTERN = HookPoint.parse("blocks.1.attn.hook_pattern");
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);

  /** Features that every one of the models has. */
  private static final Slice STEERED = Slice.all().features(IntStream.range(0, 24).toArray());

  private static final Values STEERING = Values.of(vector(24, 0.5f));
  private static final List<Integer> NAMED = List.of(1, 9, 13);
  private static final Values BY_POSITION = Values.of(vector(3 * 24, 0.7f), 3, 24);

  private static float[] vector(int size, float scale) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = scale * (i * 7 % 11 - 5);
    }
    return values;
  }

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

  /**
   * Changes of every kind of activation: on prompts, on the border, on generated positions, and by
   * position. Written for a sequence of this length of the prompt of this index, as a run without
   * kept keys and values needs them.
   */
  private static List<Intervention> changes(int prompt, int length) {
    List<Intervention> changes = new ArrayList<>();
    changes.add(Intervention.add(RESID, STEERED, STEERING));
    changes.add(Intervention.zero(V, Slice.all().heads(0)));
    changes.add(Intervention.scale(POST, Slice.all().features(0, 7, 9), -2));
    if (length > 12) {
      changes.add(Intervention.set(POST, Slice.all().positions(12).features(3, 4), Values.of(2)));
      changes.add(Intervention.zero(PATTERN, Slice.all().positions(12).features(1, 11)));
    }
    int named = (int) NAMED.stream().filter(position -> position < length).count();
    if (named > 0) {
      changes.add(
          Intervention.add(
              RESID,
              STEERED.positions(NAMED.subList(0, named).stream().mapToInt(p -> p).toArray()),
              BY_POSITION.take(2, IntStream.range(0, named).toArray())));
    }
    if (prompt == 2) {
      changes.add(Intervention.add(LOGITS, Slice.all().features(5), Values.of(3)));
    }
    changes.add(
        Intervention.add(
            RESID, Slice.all().positions(PROMPTS.get(prompt).length - 1), Values.of(-0.5)));
    return changes;
  }

  @ParameterizedTest
  @MethodSource("causalModels")
  void interventionsAreThoseOfRunningTheWholeSequenceForEachToken(String name) {
    Generation generation =
        Generation.greedy(15)
            .intervening(
                Intervention.add(RESID, STEERED, STEERING),
                Intervention.zero(V, Slice.all().heads(0)),
                Intervention.scale(POST, Slice.all().features(0, 7, 9), -2),
                Intervention.set(POST, Slice.all().positions(12).features(3, 4), Values.of(2)),
                Intervention.zero(PATTERN, Slice.all().positions(12).features(1, 11, 40)),
                Intervention.add(
                    RESID,
                    STEERED.positions(NAMED.stream().mapToInt(p -> p).toArray()),
                    BY_POSITION),
                Intervention.add(LOGITS, Slice.all().rows(2).features(5), Values.of(3)),
                Intervention.add(RESID, Slice.all().positions(-1), Values.of(-0.5)));
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      List<int[]> continuations = generation.run(model, PROMPTS, manager);
      assertThat(continuations.get(0))
          .isNotEqualTo(Generation.greedy(15).run(model, PROMPTS, manager).get(0));
      for (int i = 0; i < PROMPTS.size(); i++) {
        int[] sequence = PROMPTS.get(i);
        for (int token : continuations.get(i)) {
          assertThat(token)
              .isEqualTo(likeliestNext(model, sequence, changes(i, sequence.length), manager));
          sequence = IntStream.concat(IntStream.of(sequence), IntStream.of(token)).toArray();
        }
      }
    }
  }

  @Test
  void valuesMayDifferByPrompt() {
    float[] steering = new float[PROMPTS.size() * 32];
    Arrays.fill(steering, 32, 64, 0.25f);
    for (int i = 64; i < steering.length; i++) {
      steering[i] = i % 5 - 2;
    }
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager)) {
      List<int[]> together =
          Generation.greedy(12)
              .intervening(
                  Intervention.add(RESID, Slice.all(), Values.of(steering, PROMPTS.size(), 1, 32)))
              .run(model, PROMPTS, manager);
      for (int i = 0; i < PROMPTS.size(); i++) {
        Values own = Values.of(Arrays.copyOfRange(steering, i * 32, (i + 1) * 32));
        assertThat(together.get(i))
            .isEqualTo(
                Generation.greedy(12)
                    .intervening(Intervention.add(RESID, Slice.all(), own))
                    .run(model, PROMPTS.subList(i, i + 1), manager)
                    .get(0));
      }
    }
  }

  @Test
  void anInterventionThatDoesNotFitAContinuationIsRefused() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Generation.greedy(1).intervening(Intervention.freeze(RESID, Slice.all())))
        .withMessage(
            "intervention at 'blocks.1.hook_resid_pre': generation takes no patch (from 'clean'), set its values instead");
    assertRefused(
        Intervention.add(RESID, STEERED, BY_POSITION),
        "intervention at 'blocks.1.hook_resid_pre': values of shape [3, 24] for all positions, which grow with each token: name them");
    assertRefused(
        Intervention.add(RESID, STEERED.positions(1, 2), BY_POSITION),
        "intervention at 'blocks.1.hook_resid_pre': values of shape [3, 24] for 2 positions");
    assertRefused(
        Intervention.zero(RESID, Slice.all().positions(-3)),
        "intervention at 'blocks.1.hook_resid_pre': position -3 of a prompt of 2 tokens");
    assertRefused(
        Intervention.set(PATTERN, Slice.all().heads(0), Values.of(new float[] {1, 0})),
        "intervention at 'blocks.1.attn.hook_pattern': values of shape [2] for all key positions, which grow with each token: name them");
    assertRefused(
        Intervention.zero(RESID, Slice.all().rows(3)),
        "intervention at 'blocks.1.hook_resid_pre': row 3, expected 0 to 2");
  }

  private static void assertRefused(Intervention intervention, String message) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(
              () -> Generation.greedy(2).intervening(intervention).run(model, PROMPTS, manager))
          .withMessage(message);
    }
  }

  private static int likeliestNext(HookedTransformer model, int[] sequence, NDManager manager) {
    return likeliestNext(model, sequence, List.of(), manager);
  }

  private static int likeliestNext(
      HookedTransformer model, int[] sequence, List<Intervention> changes, NDManager manager) {
    HookPoint point = HookPoint.of(HookSite.LOGITS);
    ForwardPass pass = ForwardPass.builder().read(point).intervene(changes).build();
    try (ActivationCache cache = model.run(TokenBatch.of(sequence), pass, manager)) {
      float[] logits = cache.floats(point);
      int start = logits.length - model.config().dVocab();
      return IntStream.range(0, model.config().dVocab())
          .reduce((a, b) -> logits[start + b] > logits[start + a] ? b : a)
          .orElseThrow();
    }
  }
}
