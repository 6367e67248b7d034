package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
