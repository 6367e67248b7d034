package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.RandomToy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Toy models that are fed a sequence piece by piece, and how they smear keys. */
class ToyGenerationTest {
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);
  private static final int[] SEQUENCE = {3, 1, 4, 1, 5, 9, 2, 6};
  private static final int[] OTHER = {2, 7, 1, 8, 2, 8, 1, 8};

  @TempDir static Path folders;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  static Stream<String> models() {
    return GoldenToy.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void piecesOfASequenceGiveTheLogitsOfTheWhole(String name) {
    assertThatPiecesGiveTheWhole(GoldenToy.open(name, folders).folder(), SEQUENCE, OTHER);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.microtome.model.load.ToyFilesLawsTest#seeds")
  void piecesOfASequenceGiveTheLogitsOfTheWholeInAnyArchitecture(long seed) {
    Path folder = RandomToy.of(seed).write(folders.resolve("random-" + seed));
    assertThatPiecesGiveTheWhole(
        folder, new int[] {4, 0, 1, 4, 2, 3, 3, 0}, new int[] {1, 2, 2, 2, 0, 4, 1, 3});
  }

  private static void assertThatPiecesGiveTheWhole(Path folder, int[] first, int[] second) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(folder), manager)) {
      TokenBatch whole = TokenBatch.of(List.of(first, second));
      int vocabulary = model.config().dVocab();
      try (ActivationCache all = model.run(whole, ForwardPass.reading(LOGITS), manager);
          KeyValueCache past = new KeyValueCache(manager, model.config().nLayers())) {
        int start = 0;
        for (int count : new int[] {3, 1, 1, 2, 1}) {
          TokenBatch piece =
              TokenBatch.of(
                  List.of(
                      Arrays.copyOfRange(first, start, start + count),
                      Arrays.copyOfRange(second, start, start + count)));
          try (ActivationCache cache =
              model.run(piece, ForwardPass.reading(LOGITS), manager, Optional.of(past))) {
            for (int row = 0; row < 2; row++) {
              float[] expected =
                  Arrays.copyOfRange(
                      all.floats(LOGITS, row), start * vocabulary, (start + count) * vocabulary);
              // Products of other sizes sum in another order.
              assertThat(cache.floats(LOGITS, row)).containsExactly(expected, within(1e-5f));
            }
          }
          start += count;
        }
        assertThat(start).isEqualTo(first.length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void generatesAnyToyModel(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenToy.open(name, folders).load(manager)) {
      int[] prompt = {3, 1, 4};
      int[] continued = Generation.greedy(6).run(model, List.of(prompt), manager).get(0);
      int[] sequence = prompt;
      for (int token : continued) {
        try (ActivationCache cache =
            model.run(TokenBatch.of(sequence), ForwardPass.reading(LOGITS), manager)) {
          float[] logits = cache.floats(LOGITS);
          int vocabulary = model.config().dVocab();
          float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
          float largest = last[token];
          for (float logit : last) {
            assertThat(logit).isLessThanOrEqualTo(largest + 1e-5f);
          }
        }
        sequence = Arrays.copyOf(sequence, sequence.length + 1);
        sequence[sequence.length - 1] = token;
      }
      assertThat(continued).hasSize(6);
    }
  }

  /** Olsson et al. 2022: σ(α)·k_j + (1 − σ(α))·k_{j−1}, the first key as it is. */
  @Test
  void aSmearedKeyIsMixedWithTheKeyBeforeIt() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenToy.open("smeared", folders).load(manager)) {
      HookPoint plain = HookPoint.of(0, HookSite.K);
      HookPoint smeared = HookPoint.of(0, HookSite.SMEARED_K);
      GoldenToy toy = GoldenToy.open("smeared", folders);
      float[] alpha;
      try (var golden = toy.values()) {
        alpha = golden.floats("alpha");
      }
      try (ActivationCache cache =
          model.run(TokenBatch.of(SEQUENCE), ForwardPass.reading(plain, smeared), manager)) {
        float[] k = cache.floats(plain);
        float[] mixed = cache.floats(smeared);
        int dHead = model.config().dHead();
        int width = alpha.length * dHead;
        for (int i = 0; i < k.length; i++) {
          double own = 1 / (1 + Math.exp(-alpha[i % width / dHead]));
          double expected = i < width ? k[i] : own * k[i] + (1 - own) * k[i - width];
          assertThat((double) mixed[i]).as("element %d", i).isCloseTo(expected, within(1e-6));
        }
        assertThat(mixed).isNotEqualTo(k);
      }
    }
  }

  @Test
  void aPatternFollowsAChangeOfTheSmearedKeysAndNotTheOtherWayRound() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenToy.open("smeared", folders).load(manager)) {
      HookPoint plain = HookPoint.of(0, HookSite.K);
      HookPoint smeared = HookPoint.of(0, HookSite.SMEARED_K);
      HookPoint pattern = HookPoint.of(0, HookSite.PATTERN);
      ForwardPass zeroed =
          ForwardPass.builder()
              .read(plain, smeared, pattern)
              .intervene(Intervention.zero(smeared, Slice.all()))
              .build();
      try (ActivationCache cache = model.run(TokenBatch.of(SEQUENCE), zeroed, manager);
          ActivationCache before =
              model.run(TokenBatch.of(SEQUENCE), ForwardPass.reading(plain), manager)) {
        assertThat(cache.floats(smeared)).containsOnly(0f);
        assertThat(cache.floats(plain)).isEqualTo(before.floats(plain));
        float[] attention = cache.floats(pattern);
        assertThat(attention[SEQUENCE.length + 1]).isEqualTo(0.5f); // two keys, equal scores
      }
    }
  }
}
