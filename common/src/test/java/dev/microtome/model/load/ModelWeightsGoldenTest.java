package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.Positions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parameters of the golden models against the files' own bytes: loading rearranges, it does not
 * compute.
 */
class ModelWeightsGoldenTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt2-f16", "gpt2-relu-inverse"})
  void gpt2IsTransposedIntoTheCommonLayout(String name) {
    ModelFiles files = ModelFiles.open(GoldenModels.folder(name));
    String prefix = name.equals("gpt2") ? "" : "transformer.";
    try (ModelWeights weights = ModelWeights.load(files, manager);
        Safetensors stored = Safetensors.open(files.folder().resolve("model.safetensors"))) {
      int dModel = weights.config().dModel();
      int dMlp = weights.config().dMlp();
      assertStored(
          weights.get("embed.W_E"),
          stored.floats(prefix + "wte.weight"),
          weights.config().dVocab(),
          dModel);
      assertStored(weights.get("blocks.1.ln2.b"), stored.floats(prefix + "h.1.ln_2.bias"), dModel);
      assertTransposed(
          weights.get("blocks.1.attn.W_QKV"),
          stored.floats(prefix + "h.1.attn.c_attn.weight"),
          dModel,
          3 * dModel);
      assertTransposed(
          weights.get("blocks.0.mlp.W_in"),
          stored.floats(prefix + "h.0.mlp.c_fc.weight"),
          dModel,
          dMlp);
      assertTransposed(
          weights.get("blocks.0.mlp.W_out"),
          stored.floats(prefix + "h.0.mlp.c_proj.weight"),
          dMlp,
          dModel);
      assertThat(weights.find("blocks.0.mlp.W_gate")).isEmpty();
    }
  }

  @Test
  void tiedEmbeddingsAreOneArray() {
    try (ModelWeights weights =
        ModelWeights.load(ModelFiles.open(GoldenModels.folder("gpt2")), manager)) {
      assertThat(weights.get("unembed.W_U")).isSameAs(weights.get("embed.W_E"));
      assertThat(weights.parameterCount()).isEqualTo(42_816);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.load.GoldenModels#names")
  void everyParameterHasTheShapeOfTheLayout(String name) {
    try (ModelWeights weights =
        ModelWeights.load(ModelFiles.open(GoldenModels.folder(name)), manager)) {
      assertThat(shapes(weights)).isEqualTo(expectedShapes(name, weights.config()));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.load.GoldenModels#names")
  void everyStoredValueIsInOneParameterOnce(String name) {
    ModelFiles files = ModelFiles.open(GoldenModels.folder(name));
    float added = name.equals("gemma2") ? 1 : 0;
    try (ModelWeights weights = ModelWeights.load(files, manager);
        StoredTensors stored = StoredTensors.open(files)) {
      double storedSum = 0;
      for (Parameter parameter : files.blueprint().parameters()) {
        double parameterSum = 0;
        for (Parameter.Source source : parameter.sources()) {
          StoredTensors.Stored tensor = stored.get(source.tensor());
          for (float value : tensor.file().floats(tensor.tensor().name())) {
            parameterSum += Math.sin(value) + (parameter.constant() == 0 ? 0 : added);
          }
        }
        storedSum += parameterSum;
        double loadedSum = 0;
        for (float value : weights.get(parameter.name()).toFloatArray()) {
          loadedSum +=
              parameter.constant() == 0 ? Math.sin(value) : Math.sin(value - added) + added;
        }
        // Sums of the same numbers in another order, and 1 + w rounded to float32.
        assertThat(loadedSum).as(parameter.name()).isCloseTo(parameterSum, within(1e-5));
      }
      assertThat(storedSum).isNotZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-neox", "gpt-neox-sequential"})
  void gptNeoXHeadsAreSortedIntoQueriesKeysAndValues(String name) {
    ModelFiles files = ModelFiles.open(GoldenModels.folder(name));
    try (ModelWeights weights = ModelWeights.load(files, manager);
        StoredTensors tensors = StoredTensors.open(files)) {
      ModelConfig config = weights.config();
      StoredTensors.Stored stored = tensors.get("layers.1.attention.query_key_value.bias");
      float[] expected = new float[3 * config.dModel()];
      float[] interleaved = stored.file().floats(stored.tensor().name());
      for (int head = 0; head < config.nHeads(); head++) {
        for (int part = 0; part < 3; part++) {
          for (int d = 0; d < config.dHead(); d++) {
            expected[(part * config.nHeads() + head) * config.dHead() + d] =
                interleaved[(head * 3 + part) * config.dHead() + d];
          }
        }
      }
      assertStored(weights.get("blocks.1.attn.b_QKV"), expected, expected.length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-tied-bf16", "mistral", "qwen2"})
  void groupedQueriesLieAboveKeysAndValues(String name) {
    ModelFiles files = ModelFiles.open(GoldenModels.folder(name));
    try (ModelWeights weights = ModelWeights.load(files, manager);
        Safetensors stored = Safetensors.open(files.folder().resolve("model.safetensors"))) {
      ModelConfig config = weights.config();
      int queries = config.nHeads() * config.dHead();
      int keys = config.nKeyValueHeads() * config.dHead();
      NDArray fused = weights.get("blocks.0.attn.W_QKV");
      String attention = "model.layers.0.self_attn.";
      assertThat(fused.get("0:" + queries).toFloatArray())
          .isEqualTo(stored.floats(attention + "q_proj.weight"));
      assertThat(fused.get(queries + ":" + (queries + keys)).toFloatArray())
          .isEqualTo(stored.floats(attention + "k_proj.weight"));
      assertThat(fused.get((queries + keys) + ":").toFloatArray())
          .isEqualTo(stored.floats(attention + "v_proj.weight"));
      assertThat(weights.get("blocks.0.mlp.W_gate").toFloatArray())
          .isEqualTo(stored.floats("model.layers.0.mlp.gate_proj.weight"));
      assertThat(weights.get("blocks.0.mlp.W_in").toFloatArray())
          .isEqualTo(stored.floats("model.layers.0.mlp.up_proj.weight"));
    }
  }

  @Test
  void gemmaNormsAreOnePlusTheStoredWeight() {
    ModelFiles files = ModelFiles.open(GoldenModels.folder("gemma2"));
    try (ModelWeights weights = ModelWeights.load(files, manager);
        Safetensors stored = Safetensors.open(files.folder().resolve("model.safetensors"))) {
      assertOnePlus(
          weights.get("blocks.1.ln1.w"), stored.floats("model.layers.1.input_layernorm.weight"));
      assertOnePlus(
          weights.get("blocks.1.ln1_post.w"),
          stored.floats("model.layers.1.post_attention_layernorm.weight"));
      assertOnePlus(
          weights.get("blocks.1.ln2.w"),
          stored.floats("model.layers.1.pre_feedforward_layernorm.weight"));
      assertOnePlus(
          weights.get("blocks.1.ln2_post.w"),
          stored.floats("model.layers.1.post_feedforward_layernorm.weight"));
      assertOnePlus(weights.get("ln_final.w"), stored.floats("model.norm.weight"));
    }
  }

  @Test
  void bertNormsFollowWhatTheyNormalise() {
    ModelFiles files = ModelFiles.open(GoldenModels.folder("bert-legacy-keys"));
    try (ModelWeights weights = ModelWeights.load(files, manager);
        Safetensors stored = Safetensors.open(files.folder().resolve("model.safetensors"))) {
      String layer = "bert.encoder.layer.1.";
      assertStored(
          weights.get("blocks.1.ln1.w"),
          stored.floats(layer + "attention.output.LayerNorm.gamma"),
          24);
      assertStored(
          weights.get("blocks.1.ln2.b"), stored.floats(layer + "output.LayerNorm.beta"), 24);
      assertThat(weights.get("unembed.W_U")).isSameAs(weights.get("embed.W_E"));
    }
  }

  @Test
  void aRealModelLoads() {
    try (ModelWeights weights =
        ModelWeights.load(ModelFiles.open(GoldenModels.stories260K()), manager)) {
      assertThat(weights.parameterCount()).isEqualTo(260_032);
      assertThat(weights.config().nCtx()).isEqualTo(512);
    }
  }

  /** The layout's table as a function of the configuration, with each family's exceptions. */
  private static Map<String, List<Long>> expectedShapes(String name, ModelConfig config) {
    String family = config.family();
    Shapes shapes = new Shapes();
    long dModel = config.dModel();
    long queries = (long) config.nHeads() * config.dHead();
    long qkv = queries + 2L * config.nKeyValueHeads() * config.dHead();
    boolean rms = config.norm() == ModelConfig.NormKind.RMS_NORM;
    shapes.add("embed.W_E", config.dVocab(), config.dEmbed());
    if (config.positions() instanceof Positions.Learned learned) {
      shapes.add("pos_embed.W_pos", config.nCtx() + learned.offset(), dModel);
    }
    if (family.equals("bert")) {
      shapes.add("token_type.W", 2, dModel).norm("embed.ln", dModel).norm("mlm_head.ln", dModel);
      shapes.add("mlm_head.W", dModel, dModel).add("mlm_head.b", dModel);
    }
    if (config.dEmbed() != config.dModel()) {
      shapes
          .add("embed.project_in", dModel, config.dEmbed())
          .add("embed.project_out", config.dEmbed(), dModel);
    }
    for (int i = 0; i < config.nLayers(); i++) {
      String block = "blocks." + i + ".";
      for (String norm :
          config.blockLayout() == BlockLayout.PARALLEL_SHARED_NORM
              ? List.of("ln1")
              : List.of("ln1", "ln2")) {
        shapes.add(block + norm + ".w", dModel);
        if (!rms) {
          shapes.add(block + norm + ".b", dModel);
        }
        if (family.equals("gemma2")) {
          shapes.add(block + norm + "_post.w", dModel);
        }
      }
      shapes.add(block + "attn.W_QKV", qkv, dModel).add(block + "attn.W_O", dModel, queries);
      if (List.of("gpt2", "gpt_neox", "opt", "bert", "qwen2").contains(family)) {
        shapes.add(block + "attn.b_QKV", qkv);
      }
      if (List.of("gpt2", "gpt_neo", "gpt_neox", "opt", "bert").contains(family)) {
        shapes.add(block + "attn.b_O", dModel);
      }
      shapes
          .add(block + "mlp.W_in", config.dMlp(), dModel)
          .add(block + "mlp.W_out", dModel, config.dMlp());
      if (config.gatedMlp()) {
        shapes.add(block + "mlp.W_gate", config.dMlp(), dModel);
      } else {
        shapes.add(block + "mlp.b_in", config.dMlp()).add(block + "mlp.b_out", dModel);
      }
    }
    if (config.finalNorm()) {
      shapes.add("ln_final.w", dModel);
      if (!rms) {
        shapes.add("ln_final.b", dModel);
      }
    }
    shapes.add("unembed.W_U", config.dVocab(), config.dEmbed());
    if (List.of("gptj", "bert").contains(family)) {
      shapes.add("unembed.b_U", config.dVocab());
    }
    assertThat(config.finalNorm())
        .isEqualTo(!List.of("bert", "bert-legacy-keys", "opt-postnorm").contains(name));
    return shapes.all;
  }

  private static final class Shapes {
    private final Map<String, List<Long>> all = new TreeMap<>();

    Shapes add(String name, long... shape) {
      all.put(name, Arrays.stream(shape).boxed().toList());
      return this;
    }

    Shapes norm(String name, long width) {
      return add(name + ".w", width).add(name + ".b", width);
    }
  }

  private static Map<String, List<Long>> shapes(ModelWeights weights) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    for (String name : weights.names()) {
      shapes.put(name, Arrays.stream(weights.get(name).getShape().getShape()).boxed().toList());
    }
    return shapes;
  }

  private static void assertOnePlus(NDArray array, float[] stored) {
    float[] expected = stored.clone();
    for (int i = 0; i < expected.length; i++) {
      expected[i] += 1;
    }
    assertStored(array, expected, expected.length);
  }

  private static void assertStored(NDArray array, float[] stored, long... shape) {
    assertThat(array.getShape()).isEqualTo(new Shape(shape));
    assertThat(array.toFloatArray()).isEqualTo(stored);
  }

  private static void assertTransposed(NDArray array, float[] stored, int in, int out) {
    float[] expected = new float[stored.length];
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        expected[o * in + i] = stored[i * out + o];
      }
    }
    assertStored(array, expected, out, in);
  }
}
