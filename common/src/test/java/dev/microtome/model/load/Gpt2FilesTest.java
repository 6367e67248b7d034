package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Activation;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.run.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The GPT-2 folder that is written, against what transformers 5.23.0 computes from it. */
class Gpt2FilesTest {
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);

  @TempDir Path folder;
  private Path toy;
  private Path exported;

  @BeforeEach
  void export() {
    toy = folder.resolve("toy");
    exported = folder.resolve("exported");
    ExportedGpt2.write(toy, exported);
  }

  @Test
  void theFolderIsTheOneThatTransformersLoadedByteForByte() {
    for (String file : List.of("config.json", "model.safetensors")) {
      assertThat(exported.resolve(file))
          .hasSameBinaryContentAs(GoldenModels.exportedGpt2().resolve(file));
    }
  }

  @Test
  void logitsAndLossesEqualHuggingFacesAndTheToysOwn() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer gpt2 = HookedTransformer.load(ModelFiles.open(exported), manager);
        HookedTransformer original = HookedTransformer.load(ModelFiles.open(toy), manager);
        Safetensors golden =
            Safetensors.open(GoldenModels.exportedGpt2().resolve("golden.safetensors"))) {
      TokenBatch batch = batch(golden);
      assertThat(gpt2.config().family()).isEqualTo("gpt2");
      try (ActivationCache cache = gpt2.run(batch, ForwardPass.reading(LOGITS), manager);
          ActivationCache own = original.run(batch, ForwardPass.reading(LOGITS), manager)) {
        float[] actual = cache.floats(LOGITS);
        // float32 through 2 layers; transformers' own float32 is 3.5e-7 away from its float64.
        assertThat(actual).containsExactly(golden.floats("logits"), within(1e-5f));
        assertThat(actual).containsExactly(golden.floats("logits_f64"), within(1e-5f));
        assertThat(own.floats(LOGITS)).isEqualTo(actual);
      }
      float[] expected = golden.floats("loss");
      float[][] losses = TokenLoss.nextToken(gpt2, batch, manager);
      for (int row = 0; row < losses.length; row++) {
        int width = losses[row].length;
        assertThat(losses[row])
            .containsExactly(
                Arrays.copyOfRange(expected, row * width, (row + 1) * width), within(1e-5f));
      }
    }
  }

  @Test
  void aGpt2ThatWasLoadedIsWrittenWithTheSameTensors() {
    for (String name : List.of("gpt2", "gpt2-relu-inverse")) {
      try (NDManager manager = NDManager.newBaseManager();
          ModelWeights weights =
              ModelWeights.load(ModelFiles.open(GoldenModels.folder(name)), manager)) {
        Path written = folder.resolve(name);
        if (name.equals("gpt2-relu-inverse")) {
          refused(weights.config(), ExportedGpt2.parameters(weights), "attention scales 1/√dHead");
          continue;
        }
        Gpt2Files.write(written, weights.config(), ExportedGpt2.parameters(weights));
        try (ModelWeights again = ModelWeights.load(ModelFiles.open(written), manager)) {
          assertThat(again.config()).isEqualTo(weights.config());
          assertThat(again.names()).isEqualTo(weights.names());
          for (String parameter : weights.names()) {
            assertThat(again.get(parameter).toFloatArray())
                .as(parameter)
                .isEqualTo(weights.get(parameter).toFloatArray());
          }
        }
      }
    }
  }

  @Test
  void anUnembeddingOfItsOwnIsStored() {
    ToyConfig untied = config().build();
    write(untied);
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights =
            ModelWeights.load(ModelFiles.open(folder.resolve("a toy")), manager)) {
      Map<String, NDArray> parameters = new HashMap<>(ExportedGpt2.parameters(weights));
      Path written = folder.resolve("untied");
      Gpt2Files.write(written, untied.modelConfig(), parameters);
      try (ModelWeights again = ModelWeights.load(ModelFiles.open(written), manager)) {
        assertThat(again.get("unembed.W_U").toFloatArray())
            .isEqualTo(weights.get("unembed.W_U").toFloatArray())
            .isNotEqualTo(weights.get("embed.W_E").toFloatArray());
        assertThat(again.get("blocks.0.attn.b_QKV").toFloatArray()).containsOnly(0f);
      }
    }
  }

  @Test
  void whatGpt2CannotExpressIsRefused() {
    refused(config().withoutNorms().build(), "layer norms, the model has NONE");
    refused(config().smearedKeys().build(), "keys of single tokens, the model has smeared keys");
    refused(
        config().positions(ToyConfig.PositionKind.SHORTFORMER).build(),
        "learned positions, the model has Shortformer[]");
    refused(config().layers(0).build(), "at least one layer, the model has none");
    refused(config().mlp(0, Activation.RELU).build(), "an MLP in each block");
    refused(config().mlp(8, Activation.SOLU).build(), "an activation of transformers");
    refused(
        config().heads(3, 4).build(), "heads as wide as the stream, the model has 3 heads of 4");
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray bias = manager.create(new float[] {0, 1});
      refused(
          config().build().modelConfig(),
          Map.of("unembed.b_U", bias),
          "no unembedding bias, the model has one that is not 0");
    }
  }

  @Test
  void aWrongParameterIsNamed() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(ModelFiles.open(toy), manager)) {
      Map<String, NDArray> parameters = new HashMap<>(ExportedGpt2.parameters(weights));
      parameters.remove("blocks.1.mlp.W_in");
      wrong(parameters, "'blocks.1.mlp.W_in' is missing");
      parameters.put("blocks.1.mlp.W_in", manager.zeros(new Shape(24, 40)));
      wrong(
          parameters,
          "parameter 'blocks.1.mlp.W_in' is float32 [24, 40], expected float32 [40, 24]");
      parameters.put("blocks.1.mlp.W_in", manager.zeros(new Shape(40, 24)));
      parameters.put("blocks.1.mlp.W_gate", manager.zeros(new Shape(40, 24)));
      wrong(parameters, "'blocks.1.mlp.W_gate' is not one of the model's");
    }
  }

  private void wrong(Map<String, NDArray> parameters, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gpt2Files.write(folder, ExportedGpt2.CONFIG.modelConfig(), parameters))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToyFiles.write(folder, ExportedGpt2.CONFIG, parameters))
        .withMessage(message);
  }

  private void refused(ToyConfig config, String reason) {
    refused(config.modelConfig(), Map.of(), reason);
  }

  private void refused(ModelConfig config, Map<String, NDArray> parameters, String reason) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Gpt2Files.write(folder.resolve("refused"), config, parameters))
        .withMessageStartingWith("Cannot write the model in GPT-2's format: it needs " + reason);
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  private static ToyConfig.Builder config() {
    return ToyConfig.builder(7, 6)
        .layers(1)
        .width(8)
        .heads(2, 4)
        .mlp(8, Activation.RELU)
        .withoutBiases();
  }

  private void write(ToyConfig config) {
    RandomToy.of(config, new SplittableRandom(5)).write(folder.resolve("a toy"));
  }

  private static TokenBatch batch(Safetensors golden) {
    long[] ids = golden.longs("input_ids");
    int width = golden.tensor("input_ids").shape().get(1).intValue();
    List<int[]> rows = new ArrayList<>();
    for (int start = 0; start < ids.length; start += width) {
      rows.add(
          Arrays.stream(ids, start, start + width).mapToInt(id -> Math.toIntExact(id)).toArray());
    }
    return TokenBatch.of(rows);
  }
}
