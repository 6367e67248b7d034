package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.HookShape.Kind;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.load.GoldenModels;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every number of every family against Hugging Face transformers 5.23.0 and TransformerLens 3.9.0,
 * run in float32.
 */
class HookedTransformerGoldenTest {
  // The references differ from float64 by up to 1e-5; the smallest mistake tried moves logits by
  // 1.5e-3.
  // Largest seen: 4.3e-5 (llama-tied-bf16, whose reference rounds the rotation's frequencies),
  // elsewhere 1e-5.
  private static final double TOLERANCE = 5e-5;
  private static final double ATTENTION_TOLERANCE = 2e-5; // saw 3.4e-6

  // The references' own float32 logits are up to 8.8e-6 away; saw 8.9e-6.
  private static final double FLOAT64_TOLERANCE = 2e-5;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  static Stream<String> models() {
    return GoldenModels.names();
  }

  static Stream<String> hookedModels() {
    return models().filter(name -> GoldenModel.open(name).hasHooks());
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsOfTheFusedPathEqualHuggingFaces(String name) {
    GoldenModel model = GoldenModel.open(name);
    HookPoint logits = HookPoint.of(HookSite.LOGITS);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer transformer = model.load(manager);
        ActivationCache cache =
            transformer.run(model.batch(), ForwardPass.reading(logits), manager);
        Safetensors golden = model.golden()) {
      assertEqual(model, cache, logits, golden, "logits", TOLERANCE);
      assertEqual(model, cache, logits, golden, "logits_f64", FLOAT64_TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void hiddenStatesAndAttentionsEqualHuggingFaces(String name) {
    GoldenModel model = GoldenModel.open(name);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer transformer = model.load(manager);
        Safetensors golden = model.golden()) {
      ModelConfig config = transformer.config();
      int last = config.nLayers() - 1;
      HookSite blockEnd =
          config.blockLayout() == BlockLayout.POST_NORM
              ? HookSite.NORMALIZED_RESID_POST
              : HookSite.RESID_POST;
      // The last hidden state is after the final norm or projection; an encoder has neither.
      HookPoint end =
          config.causal() ? HookPoint.of(HookSite.UNEMBED_IN) : HookPoint.of(last, blockEnd);
      List<HookPoint> points =
          transformer
              .hookPoints()
              .resolve(List.of("blocks.*.hook_resid_pre", "blocks.*.attn.hook_pattern"));
      ForwardPass pass =
          ForwardPass.builder().read(points).read(end, HookPoint.of(last, blockEnd)).build();

      try (ActivationCache cache = transformer.run(model.batch(), pass, manager)) {
        for (int layer = 0; layer <= last; layer++) {
          assertEqual(
              model,
              cache,
              HookPoint.of(layer, HookSite.RESID_PRE),
              golden,
              "hidden_states." + layer,
              TOLERANCE);
          assertEqual(
              model,
              cache,
              HookPoint.of(layer, HookSite.PATTERN),
              golden,
              "attentions." + layer,
              ATTENTION_TOLERANCE);
        }
        assertEqual(model, cache, end, golden, "hidden_states." + config.nLayers(), TOLERANCE);
        if (golden.names().contains("final_residual")) {
          assertEqual(
              model, cache, HookPoint.of(last, blockEnd), golden, "final_residual", TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("hookedModels")
  void everyHookEqualsTransformerLenss(String name) throws IOException {
    GoldenModel model = GoldenModel.open(name);
    JsonNode rows =
        new ObjectMapper()
            .readTree(model.folder().resolve("golden.json").toFile())
            .get("hooks")
            .get("rows");
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer transformer = model.load(manager);
        Safetensors golden = model.hooks()) {
      List<HookPoint> points = golden.names().stream().map(HookPoint::parse).toList();
      try (ActivationCache cache =
          transformer.run(model.batch(), ForwardPass.reading(points), manager)) {
        for (HookPoint point : points) {
          for (int i = 0; i < rows.size(); i++) {
            double tolerance = point.site() == HookSite.PATTERN ? ATTENTION_TOLERANCE : TOLERANCE;
            assertRowEqual(
                model, cache, point, golden, point.address(), i, rows.get(i).asInt(), tolerance);
          }
          assertThat(cache.shape(point))
              .as(point.address())
              .isEqualTo(
                  transformer
                      .hookPoints()
                      .shape(point)
                      .of(model.batch().size(), model.batch().length()));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("hookedModels")
  void hooksReadOneAtATimeEqualTransformerLenss(String name) {
    GoldenModel model = GoldenModel.open(name);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer transformer = model.load(manager);
        Safetensors golden = model.hooks()) {
      for (HookPoint point : golden.names().stream().map(HookPoint::parse).toList()) {
        try (ActivationCache cache =
            transformer.run(model.batch(), ForwardPass.reading(point), manager)) {
          assertThat(cache.points()).containsExactly(point);
          assertRowEqual(model, cache, point, golden, point.address(), 0, 0, TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void perTokenLossEqualsHuggingFaces(String name) {
    GoldenModel model = GoldenModel.open(name);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer transformer = model.load(manager);
        Safetensors golden = model.golden()) {
      float[] expected = golden.floats("per_token_loss");
      int width = golden.tensor("per_token_loss").shape().get(1).intValue();
      boolean causal = transformer.config().causal();
      float[][] actual =
          causal
              ? TokenLoss.nextToken(transformer, model.batch(), manager)
              : TokenLoss.labelled(transformer, model.batch(), model.labels(), manager);
      for (int row = 0; row < actual.length; row++) {
        int first = row * width + model.present().get(row)[0];
        for (int i = 0; i < actual[row].length; i++) {
          assertThat((double) actual[row][i])
              .as("row %d token %d", row, i)
              .isCloseTo(expected[first + i], within(TOLERANCE));
        }
        assertThat(actual[row]).hasSize(model.tokens().get(row).length - (causal ? 1 : 0));
      }
    }
  }

  private static void assertEqual(
      GoldenModel model,
      ActivationCache cache,
      HookPoint point,
      Safetensors golden,
      String tensor,
      double tolerance) {
    for (int row = 0; row < model.tokens().size(); row++) {
      assertRowEqual(model, cache, point, golden, tensor, row, row, tolerance);
    }
  }

  /**
   * Row {@code goldenRow} of the reference's array against the activation of sequence {@code row},
   * where there are tokens.
   */
  private static void assertRowEqual(
      GoldenModel model,
      ActivationCache cache,
      HookPoint point,
      Safetensors golden,
      String name,
      int goldenRow,
      int row,
      double tolerance) {
    float[] actual = cache.floats(point, row);
    float[] expected = stripped(golden, name, goldenRow, model.present().get(row), point);
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      if (actual[i] != expected[i]) {
        double difference = Math.abs(actual[i] - expected[i]);
        largest =
            Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
      }
    }
    assertThat(largest).as("%s %s row %d", model.name(), name, row).isLessThanOrEqualTo(tolerance);
  }

  private static float[] stripped(
      Safetensors golden, String name, int row, int[] present, HookPoint point) {
    Tensor tensor = golden.tensor(name);
    float[] all = golden.floats(name);
    int rowSize = all.length / tensor.shape().get(0).intValue();
    boolean attention = point.site().kind() == Kind.ATTENTION;
    if (!attention) {
      int width = rowSize / tensor.shape().get(1).intValue();
      return concat(
          IntStream.of(present)
              .mapToObj(position -> slice(all, row * rowSize + position * width, width))
              .toList());
    }
    int heads = tensor.shape().get(1).intValue();
    int length = tensor.shape().get(2).intValue();
    float[] kept = new float[heads * present.length * present.length];
    int next = 0;
    for (int head = 0; head < heads; head++) {
      for (int query : present) {
        for (int key : present) {
          kept[next++] = all[row * rowSize + (head * length + query) * length + key];
        }
      }
    }
    return kept;
  }

  private static float[] slice(float[] all, int start, int count) {
    return Arrays.copyOfRange(all, start, start + count);
  }

  private static float[] concat(List<float[]> parts) {
    float[] whole = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int next = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, whole, next, part.length);
      next += part.length;
    }
    return whole;
  }
}
