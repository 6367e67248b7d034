package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HookPointsTest {
  private static HookPoints of(String model) {
    return HookPoints.of(ModelFiles.open(GoldenModel.open(model).folder()).config());
  }

  /** TransformerLens's list of each model; hook_result is there only where it was asked for. */
  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#hookedModels")
  void aModelHasTheHooksThatTransformerLensGivesIt(String model) throws IOException {
    JsonNode names =
        new ObjectMapper()
            .readTree(GoldenModel.open(model).folder().resolve("golden.json").toFile());
    Set<String> expected = new TreeSet<>(Set.of("blocks.*.attn.hook_result", "logits"));
    names
        .get("hooks")
        .get("names")
        .forEach(name -> expected.add(name.asText().replace("blocks.i.", "blocks.*.")));

    Set<String> actual = new TreeSet<>();
    of(model).all().forEach(point -> actual.add(point.site().pattern()));

    assertThat(actual).isEqualTo(expected);
  }

  /** In blocks that begin with their norms, run side by side, and end with their norms. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gptj", "gemma2", "opt-postnorm", "bert"})
  void aChangeReachesNoPointBeforeIt(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      List<HookPoint> block =
          model.hookPoints().all().stream().filter(point -> point.layer() == 0).toList();
      for (int at = 1; at < block.size(); at++) {
        List<HookPoint> before = block.subList(0, at);
        try (ActivationCache same = scaled(model, block.get(at), 1, before, manager);
            ActivationCache changed = scaled(model, block.get(at), 0.5, before, manager)) {
          for (HookPoint point : before) {
            assertThat(changed.floats(point))
                .as("%s, changed at %s", point, block.get(at))
                .isEqualTo(same.floats(point));
          }
        }
      }
    }
  }

  /** BERT's blocks end with their norms: those are reached behind the sums they read. */
  @Test
  void whatAPassKeptIsInTheOrderOfThePass() {
    List<HookPoint> points =
        Stream.of(
                "hook_full_embed",
                "blocks.0.hook_attn_out",
                "blocks.0.hook_resid_mid",
                "blocks.0.ln1.hook_normalized",
                "blocks.0.mlp.hook_post",
                "blocks.0.hook_resid_post",
                "blocks.0.ln2.hook_normalized",
                "blocks.1.hook_resid_pre",
                "logits")
            .map(HookPoint::parse)
            .toList();
    List<HookPoint> backwards = new ArrayList<>(points);
    Collections.reverse(backwards);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("bert").load(manager);
        ActivationCache cache =
            model.run(TokenBatch.of(new int[] {5, 9}), ForwardPass.reading(backwards), manager)) {
      assertThat(model.hookPoints().inOrder(backwards)).isEqualTo(points);
      assertThat(cache.points()).isEqualTo(points);
    }
  }

  private static ActivationCache scaled(
      HookedTransformer model,
      HookPoint at,
      double factor,
      List<HookPoint> reads,
      NDManager manager) {
    return model.run(
        TokenBatch.of(new int[] {5, 9, 2, 7}),
        ForwardPass.builder()
            .read(reads)
            .intervene(Intervention.scale(at, Slice.all(), factor))
            .build(),
        manager);
  }

  @Test
  void theStarStandsForEveryLayer() {
    assertThat(of("gpt2").resolve("blocks.*.mlp.hook_post"))
        .extracting(HookPoint::address)
        .containsExactly(
            "blocks.0.mlp.hook_post", "blocks.1.mlp.hook_post", "blocks.2.mlp.hook_post");
    assertThat(of("gpt2").resolve(List.of("blocks.1.hook_resid_mid", "blocks.*.hook_resid_mid")))
        .extracting(HookPoint::layer)
        .containsExactly(1, 0, 2);
  }

  @Test
  void shapesAreKnownWithoutRunning() {
    HookPoints points =
        of("llama"); // 4 heads and 2 key-value heads of 8, dModel 32, dMlp 56, 96 tokens
    assertThat(points.shape(HookPoint.parse("blocks.0.attn.hook_k")))
        .isEqualTo(new HookShape(HookShape.Kind.HEAD_VECTORS, 2, 8));
    assertThat(points.shape(HookPoint.parse("blocks.0.attn.hook_pattern")).of(3, 7))
        .isEqualTo(new Shape(3, 4, 7, 7));
    assertThat(points.shape(HookPoint.parse("blocks.0.attn.hook_pattern")).sizePerPosition(7))
        .isEqualTo(28);
    assertThat(points.shape(HookPoint.parse("ln_final.hook_scale")).of(3, 7))
        .isEqualTo(new Shape(3, 7, 1));
    assertThat(points.shape(HookPoint.parse("logits")).sizePerPosition(7)).isEqualTo(96);
  }

  @Test
  void aLayerTooFarIsRefusedWithTheRange() {
    refused(
        "gpt2",
        "blocks.9.mlp.hook_post",
        "hook 'blocks.9.mlp.hook_post': the model has 3 layers (0–2)");
  }

  @Test
  void aSiteOfOtherFamiliesIsRefusedWithTheNearestOfThisModel() {
    refused(
        "gpt2",
        "blocks.1.attn.hook_rot_q",
        "hook 'blocks.1.attn.hook_rot_q': this gpt2 model does not have it; nearest: blocks.1.attn.hook_q,"
            + " blocks.1.attn.hook_k, blocks.1.attn.hook_v");
    refused(
        "gpt-neox",
        "blocks.*.hook_resid_mid",
        "hook 'blocks.0.hook_resid_mid': this gpt_neox model does not have it; nearest: blocks.0.hook_resid_pre,"
            + " blocks.0.hook_resid_post, blocks.0.hook_attn_out");
  }

  @Test
  void aMisspeltPatternIsRefusedWithTheNearestPatterns() {
    refused(
        "gpt2",
        "blocks.*.mlp.hook_pst",
        "hook 'blocks.*.mlp.hook_pst': unknown; nearest: blocks.*.mlp.hook_post, blocks.*.mlp.hook_pre,"
            + " blocks.*.attn.hook_q");
  }

  private static void refused(String model, String address, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> of(model).resolve(address))
        .withMessage(message);
  }
}
