package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.load.Safetensors;
import dev.microtome.run.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every toy model against TransformerLens 3.9.0 in float64; smeared keys, which it does not have,
 * against plain algebra.
 */
class ToyGoldenTest {
  private static final double TOLERANCE = 1e-5; // float32 against float64; saw 3.3e-6

  @TempDir static Path folders;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  static Stream<String> models() {
    return GoldenToy.NAMES.stream();
  }

  /** Those whose reference holds activations. */
  static Stream<String> hookedModels() {
    return models().filter(name -> !name.equals("zero-layer"));
  }

  static Stream<String> modelsWithLoss() {
    return hookedModels().filter(name -> !name.equals("smeared"));
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsOfTheFusedPathEqualTheReferences(String name) {
    GoldenToy toy = GoldenToy.open(name, folders);
    HookPoint logits = HookPoint.of(HookSite.LOGITS);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = toy.load(manager);
        ActivationCache cache = model.run(toy.batch(), ForwardPass.reading(logits), manager);
        Safetensors golden = toy.values()) {
      assertEqual(cache, logits, golden, "logits");
    }
  }

  @ParameterizedTest
  @MethodSource("hookedModels")
  void everyHookEqualsTheReferencesAndReadingThemChangesNothing(String name) {
    GoldenToy toy = GoldenToy.open(name, folders);
    Map<HookPoint, String> hooks = toy.hooks();
    HookPoint logits = HookPoint.of(HookSite.LOGITS);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = toy.load(manager);
        ActivationCache cache =
            model.run(toy.batch(), ForwardPass.reading(model.hookPoints().all()), manager);
        Safetensors golden = toy.values()) {
      assertThat(hooks).isNotEmpty();
      hooks.forEach((point, tensor) -> assertEqual(cache, point, golden, tensor));
      assertEqual(cache, logits, golden, "logits");
      for (HookPoint point : model.hookPoints().all()) {
        Shape shape = model.hookPoints().shape(point).of(toy.batch().size(), toy.batch().length());
        assertThat(cache.shape(point)).as(point.address()).isEqualTo(shape);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("hookedModels")
  void hooksReadOneAtATimeEqualTheReferences(String name) {
    GoldenToy toy = GoldenToy.open(name, folders);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = toy.load(manager);
        Safetensors golden = toy.values()) {
      toy.hooks()
          .forEach(
              (point, tensor) -> {
                try (ActivationCache cache =
                    model.run(toy.batch(), ForwardPass.reading(point), manager)) {
                  assertEqual(cache, point, golden, tensor);
                }
              });
    }
  }

  @ParameterizedTest
  @MethodSource("modelsWithLoss")
  void meanLossEqualsTheReferences(String name) {
    GoldenToy toy = GoldenToy.open(name, folders);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = toy.load(manager);
        Safetensors golden = toy.values()) {
      float[][] losses = TokenLoss.nextToken(model, toy.batch(), manager);
      double sum = 0;
      int count = 0;
      for (float[] row : losses) {
        for (float loss : row) {
          sum += loss;
          count++;
        }
      }
      double[] expected = golden.doubles("loss");
      double mean = 0;
      for (double loss : expected) {
        mean += loss / expected.length;
      }
      assertThat(sum / count).isCloseTo(mean, within(TOLERANCE));
      if (expected.length > 1) {
        assertThat(expected).hasSize(count);
        for (int i = 0; i < count; i++) {
          float loss = losses[i / losses[0].length][i % losses[0].length];
          assertThat((double) loss).as("token %d", i).isCloseTo(expected[i], within(TOLERANCE));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "framework | blocks.0.hook_resid_mid | , having no MLP",
        "framework | blocks.1.mlp.hook_post | , having no MLP",
        "framework | blocks.0.ln1.hook_normalized | , having no normalisation",
        "framework | ln_final.hook_scale | , having no normalisation",
        "relu-no-ln | blocks.0.ln2.hook_scale | , having no normalisation",
        "gelu-mlp | blocks.0.mlp.hook_mid | ''",
        "framework | blocks.0.attn.hook_smeared_k | ''",
        "rotary | hook_pos_embed | ''",
      })
  void hooksOfAbsentComponentsAreRefused(String name, String address, String reason) {
    HookPoints points = points(name);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> points.resolve(address))
        .withMessageStartingWith(
            "hook '%s': this microtome_toy model does not have it%s; nearest: ", address, reason);
  }

  @ParameterizedTest
  @CsvSource({"blocks.0.hook_resid_pre", "blocks.*.attn.hook_pattern"})
  void aModelWithoutLayersHasNoBlocks(String address) {
    HookPoints points = points("zero-layer");
    assertThat(points.all())
        .extracting(HookPoint::address)
        .containsExactly("hook_embed", "unembed.hook_in", "unembed.hook_out", "logits");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> points.resolve(address))
        .withMessage("hook '%s': the model has no layers", address.replace("*", "0"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "framework | hook_pos_embed",
        "smeared | blocks.*.attn.hook_smeared_k hook_pos_embed",
        "shortformer | hook_pos_embed",
        "rotary | blocks.*.attn.hook_rot_q blocks.*.attn.hook_rot_k",
        "relu-no-ln | hook_pos_embed MLP",
        "gelu-mlp | hook_pos_embed MLP NORMS",
        "solu-ln | hook_pos_embed MLP NORMS blocks.*.mlp.hook_mid blocks.*.mlp.ln.hook_scale blocks.*.mlp.ln.hook_normalized",
      })
  void aToyModelHasTheHooksOfItsComponents(String name, String extra) {
    Set<String> expected =
        new TreeSet<>(
            List.of(
                "hook_embed",
                "blocks.*.hook_resid_pre",
                "blocks.*.attn.hook_q",
                "blocks.*.attn.hook_k",
                "blocks.*.attn.hook_v",
                "blocks.*.attn.hook_attn_scores",
                "blocks.*.attn.hook_pattern",
                "blocks.*.attn.hook_z",
                "blocks.*.attn.hook_result",
                "blocks.*.hook_attn_out",
                "blocks.*.hook_resid_post",
                "unembed.hook_in",
                "unembed.hook_out",
                "logits"));
    for (String part : extra.split(" ", -1)) {
      switch (part) {
        case "MLP" ->
            expected.addAll(
                List.of(
                    "blocks.*.hook_resid_mid",
                    "blocks.*.mlp.hook_pre",
                    "blocks.*.mlp.hook_post",
                    "blocks.*.hook_mlp_out"));
        case "NORMS" ->
            expected.addAll(
                List.of(
                    "blocks.*.ln1.hook_scale",
                    "blocks.*.ln1.hook_normalized",
                    "blocks.*.ln2.hook_scale",
                    "blocks.*.ln2.hook_normalized",
                    "ln_final.hook_scale",
                    "ln_final.hook_normalized"));
        default -> expected.add(part);
      }
    }
    assertThat(
            points(name).all().stream()
                .map(point -> point.site().pattern())
                .collect(Collectors.toSet()))
        .isEqualTo(expected);
  }

  private static HookPoints points(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenToy.open(name, folders).load(manager)) {
      return model.hookPoints();
    }
  }

  private static void assertEqual(
      ActivationCache cache, HookPoint point, Safetensors golden, String tensor) {
    float[] actual = cache.floats(point);
    double[] expected = golden.doubles(tensor);
    assertThat(actual).as(tensor).hasSize(expected.length);
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
    }
    assertThat(largest).as(tensor).isLessThanOrEqualTo(TOLERANCE);
  }
}
