package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every family, whatever its numbers. */
class HookedTransformerLawsTest {
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void aPaddedRowHasTheNumbersItHasAlone(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      List<int[]> rows = randomRows(model.config(), 7, 24, 1, 15, 16, 3);
      ForwardPass everything = ForwardPass.reading(model.hookPoints().all());
      ForwardPass fused = ForwardPass.reading(LOGITS);
      try (ActivationCache together = model.run(TokenBatch.of(rows), everything, manager);
          ActivationCache togetherFused = model.run(TokenBatch.of(rows), fused, manager)) {
        for (int row = 0; row < rows.size(); row++) {
          try (ActivationCache alone =
              model.run(TokenBatch.of(rows.get(row)), everything, manager)) {
            assertClose(
                togetherFused.floats(LOGITS, row), alone.floats(LOGITS), LOGITS + " row " + row);
            for (HookPoint point : alone.points()) {
              assertClose(together.floats(point, row), alone.floats(point), point + " row " + row);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void readingEverythingChangesNothing(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = TokenBatch.of(randomRows(model.config(), 20, 20, 11));
      try (ActivationCache all =
              model.run(batch, ForwardPass.reading(model.hookPoints().all()), manager);
          ActivationCache logits = model.run(batch, ForwardPass.reading(LOGITS), manager)) {
        for (int row = 0; row < batch.size(); row++) {
          assertClose(all.floats(LOGITS, row), logits.floats(LOGITS, row), "row " + row);
        }
        // What was kept early has not been written over by what came later.
        for (HookPoint point : all.points()) {
          try (ActivationCache one = model.run(batch, ForwardPass.reading(point), manager)) {
            assertClose(all.floats(point, 2), one.floats(point, 2), point.address());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void settingActivationsToTheirOwnValuesChangesNothing(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = TokenBatch.of(randomRows(model.config(), 9, 12));
      try (ActivationCache clean =
          model.run(batch, ForwardPass.reading(model.hookPoints().all()), manager)) {
        for (HookPoint point : clean.points()) {
          for (Intervention same :
              List.of(
                  Intervention.freeze(point, Slice.all()),
                  Intervention.set(point, Slice.all(), Values.copyOf(clean.get(point))),
                  Intervention.scale(point, Slice.all(), 1))) {
            ForwardPass pass =
                ForwardPass.builder()
                    .read(LOGITS)
                    .intervene(same)
                    .source(Intervention.CLEAN, clean)
                    .build();
            try (ActivationCache run = model.run(batch, pass, manager)) {
              for (int row = 0; row < 2; row++) {
                assertClose(run.floats(LOGITS, row), clean.floats(LOGITS, row), same.toString());
              }
            }
          }
        }
      }
    }
  }

  /**
   * An intervention that has no effect would pass the law above; this one must be felt. What is
   * added differs from entry to entry, since norms do not feel a scale nor softmax a shift.
   */
  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void everyHookPointThatIsChangedIsFeltInTheLogits(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = TokenBatch.of(randomRows(model.config(), 12, 12));
      try (ActivationCache clean =
          model.run(batch, ForwardPass.reading(model.hookPoints().all()), manager)) {
        for (HookPoint point : clean.points()) {
          float[] ripple = new float[(int) clean.get(point).size()];
          for (int i = 0; i < ripple.length; i++) {
            ripple[i] = (float) Math.sin(i);
          }
          Values values = Values.of(ripple, clean.shape(point).getShape());
          ForwardPass pass =
              ForwardPass.builder()
                  .read(LOGITS)
                  .intervene(Intervention.add(point, Slice.all(), values))
                  .build();
          try (ActivationCache changed = model.run(batch, pass, manager)) {
            assertThat(largestDifference(changed.floats(LOGITS, 1), clean.floats(LOGITS, 1)))
                .as(point.address())
                .isGreaterThan(1e-2);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void patternsAreDistributionsOverAllowedKeys(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = TokenBatch.of(randomRows(model.config(), 20, 5));
      HookPoint pattern = HookPoint.of(1, HookSite.PATTERN);
      int window = model.config().attentionWindows().get(1);
      try (ActivationCache cache = model.run(batch, ForwardPass.reading(pattern), manager)) {
        for (int row = 0; row < 2; row++) {
          int length = batch.length(row);
          float[] values = cache.floats(pattern, row);
          for (int start = 0; start < values.length; start += length) {
            int query = start / length % length;
            double sum = 0;
            for (int key = 0; key < length; key++) {
              sum += values[start + key];
              boolean hidden =
                  model.config().causal() && (key > query || (window > 0 && key <= query - window));
              assertThat(values[start + key] == 0)
                  .as("query %d key %d", query, key)
                  .isEqualTo(hidden);
            }
            assertThat(Math.abs(sum - 1)).isLessThan(1e-6);
          }
        }
      }
    }
  }

  @Test
  void aPassStopsAfterTheLastActivationAskedFor() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights =
            ModelWeights.load(ModelFiles.open(GoldenModel.open("gpt2").folder()), manager)) {
      Map<String, NDArray> parameters = new HashMap<>();
      weights.names().forEach(name -> parameters.put(name, weights.get(name).duplicate()));
      HookedTransformer model = HookedTransformer.of(weights.config(), parameters);
      TokenBatch batch = TokenBatch.of(new int[] {1, 2, 3});
      // Freed weights cannot be used: a pass that went on would fail.
      parameters.get("blocks.1.mlp.W_out").close();

      model
          .run(batch, ForwardPass.reading(HookPoint.parse("blocks.1.mlp.hook_post")), manager)
          .close();

      assertThatThrownBy(
              () ->
                  model.run(
                      batch,
                      ForwardPass.reading(HookPoint.parse("blocks.1.hook_mlp_out")),
                      manager))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void nothingThatWasNotAskedForIsKept() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager)) {
      HookPoint point = HookPoint.parse("blocks.1.hook_resid_mid");
      try (ActivationCache cache =
          model.run(TokenBatch.of(new int[] {1, 2}), ForwardPass.reading(point), manager)) {
        assertThat(cache.points()).containsExactly(point);
        assertThat(cache.manager().getManagedArrays()).hasSize(1);
      }
    }
  }

  @Test
  void tasksRunAtTheSameTimeWithTheSameNumbers() throws Exception {
    ExecutorService tasks = Executors.newFixedThreadPool(4);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("llama").load(manager)) {
      TokenBatch batch = TokenBatch.of(randomRows(model.config(), 24, 17, 3));
      ForwardPass pass = ForwardPass.reading(model.hookPoints().all());
      List<Future<float[]>> results = new ArrayList<>();
      for (int task = 0; task < 64; task++) {
        results.add(
            tasks.submit(
                () -> {
                  try (ActivationCache cache = model.run(batch, pass, manager)) {
                    return cache.floats(LOGITS, 0);
                  }
                }));
      }
      float[] first = results.get(0).get();
      for (Future<float[]> result : results) {
        assertThat(result.get()).isEqualTo(first);
      }
    } finally {
      tasks.shutdownNow();
    }
  }

  @Test
  void whatTheModelCannotRunIsRefusedBeforeItRuns() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager)) {
      refused(
          model,
          TokenBatch.of(new int[] {1}, new int[] {2, 97}),
          "token 97 at position 1 of row 1: the model's vocabulary is 0 to 96");
      refused(
          model, TokenBatch.of(new int[49]), "sequence of 49 tokens: the model's context is 48");
      refused(
          model,
          TokenBatch.withTokenTypes(List.of(new int[] {1}), List.of(new int[] {0})),
          "token types: a gpt2 model has none");
    }
  }

  private static void refused(HookedTransformer model, TokenBatch batch, String message) {
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> model.run(batch, ForwardPass.reading(LOGITS), manager))
          .withMessage(message);
      assertThat(manager.getManagedArrays()).isEmpty();
    }
  }

  static List<int[]> randomRows(ModelConfig config, int... lengths) {
    Random random = new Random(5);
    return IntStream.of(lengths)
        .mapToObj(length -> random.ints(length, 0, config.dVocab()).toArray())
        .toList();
  }

  static void assertClose(float[] actual, float[] expected, String what) {
    // Matrix products round differently for other batch sizes, and fused attention does for the
    // written-out one. Saw 2e-6.
    float size = 0;
    for (float value : expected) {
      size = Float.isInfinite(value) ? size : Math.max(size, Math.abs(value));
    }
    assertThat(largestDifference(actual, expected) / (1 + size)).as(what).isLessThan(5e-6);
  }

  private static double largestDifference(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = actual[i] == expected[i] ? 0 : Math.abs((double) actual[i] - expected[i]);
      largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
    }
    return largest;
  }
}
