package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.atIndex;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.ModelConfig.Head;
import dev.microtome.model.TokenBatch;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that do not fit the configuration, or the index, or each other. */
class StoredTensorsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final NDManager manager = NDManager.newBaseManager();
  private final Map<String, float[]> values = new TreeMap<>();
  private final Map<String, long[]> shapes = new TreeMap<>();
  private Path folder;

  @BeforeEach
  void gpt2(@TempDir Path temporary) throws IOException {
    folder = temporary;
    read("gpt2");
  }

  private void read(String model) throws IOException {
    values.clear();
    shapes.clear();
    Path golden = GoldenModels.folder(model);
    Files.copy(
        golden.resolve("config.json"),
        folder.resolve("config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    try (Safetensors stored = Safetensors.open(golden.resolve("model.safetensors"))) {
      for (Tensor tensor : stored.tensors().values()) {
        put(
            tensor.name(),
            stored.floats(tensor.name()),
            tensor.shape().stream().mapToLong(Long::longValue).toArray());
      }
    }
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    values.remove("h.1.mlp.c_fc.bias");
    write("model.safetensors");
    assertRefused(
        folder.resolve("model.safetensors")
            + " lacks the tensor 'h.1.mlp.c_fc.bias', which config.json asks for");
  }

  @Test
  void aMissingTensorHasTheNameThatTheFileWouldGiveIt() throws IOException {
    for (String name : List.copyOf(values.keySet())) {
      put("transformer." + name, values.remove(name), shapes.remove(name));
    }
    values.remove("transformer.h.1.mlp.c_fc.bias");
    write("model.safetensors");
    assertRefused(
        folder.resolve("model.safetensors")
            + " lacks the tensor 'transformer.h.1.mlp.c_fc.bias', which config.json asks for");
  }

  @Test
  void aMissingTensorWithoutAnyOfItsKindHasThePrefixOfTheOthers() throws IOException {
    for (String name : List.copyOf(values.keySet())) {
      put("transformer." + name, values.remove(name), shapes.remove(name));
    }
    values.remove("transformer.wpe.weight");
    write("model.safetensors");
    assertRefused(
        folder.resolve("model.safetensors")
            + " lacks the tensor 'transformer.wpe.weight', which config.json asks for");
  }

  @Test
  void manyMissingTensorsAreCounted() throws IOException {
    values.keySet().removeIf(name -> name.startsWith("h.2."));
    write("model.safetensors");
    assertRefused(
        folder.resolve("model.safetensors")
            + " lacks 12 tensors: 'h.2.attn.c_attn.bias', 'h.2.attn.c_attn.weight', 'h.2.attn.c_proj.bias',"
            + " 'h.2.attn.c_proj.weight', 'h.2.ln_1.bias', …, which config.json asks for");
  }

  @Test
  void anExtraTensorIsNamed() throws IOException {
    put("h.3.ln_1.weight", new float[32], 32);
    write("model.safetensors");
    assertRefused(
        folder.resolve("model.safetensors")
            + " holds the tensor 'h.3.ln_1.weight', which a gpt2 model of this config.json does not have");
  }

  @Test
  void anExtraTensorHasItsNameInTheFile() throws IOException {
    put("transformer.h.3.ln_1.weight", new float[32], 32);
    write("model.safetensors");
    assertRefused(
        folder.resolve("model.safetensors")
            + " holds the tensor 'transformer.h.3.ln_1.weight', which a gpt2 model of this config.json does not have");
  }

  @Test
  void aWrongShapeIsExplained() throws IOException {
    put("h.0.attn.c_attn.weight", new float[96 * 32], 96, 32);
    write("model.safetensors");
    assertRefused(
        "Shape of h.0.attn.c_attn.weight is [96, 32] in "
            + folder.resolve("model.safetensors")
            + ", config.json implies [32, 96] (n_embd 32; 3 × n_embd 32)");
  }

  @Test
  void hugeSizesOfTheConfigurationAreRefusedBeforeAnythingIsAllocated() throws IOException {
    configure("vocab_size", Integer.MAX_VALUE);
    write("model.safetensors");
    assertRefused(
        "Shape of wte.weight is [97, 32] in "
            + folder.resolve("model.safetensors")
            + ", config.json implies [2147483647, 32] (vocab_size 2147483647; n_embd 32)");
    configure("vocab_size", 97);
    configure("n_layer", 10_000);
    assertRefused("lacks 119964 tensors: 'h.10.attn.c_attn.bias'");
  }

  @Test
  void quantisedWeightsAreRefused() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    values.keySet().forEach(name -> writer.tensor(name, Dtype.I8, shapes.get(name)));
    writer.write(
        folder.resolve("model.safetensors"),
        out -> {
          for (float[] tensor : values.values()) {
            out.bytes(new byte[tensor.length]);
          }
        });
    assertRefused("expected F32, F16, BF16 or F64: quantised weights are not supported");
  }

  @Test
  void aTensorUnderTwoNamesIsRefused() throws IOException {
    put("transformer.wpe.weight", values.get("wpe.weight"), 48, 32);
    write("model.safetensors");
    assertRefused("tensor 'wpe.weight' is stored a second time, first as 'transformer.wpe.weight'");
  }

  @Test
  void aTiedUnembeddingMayBeStoredWhereItIsEqual() throws IOException {
    put("lm_head.weight", values.get("wte.weight").clone(), 97, 32);
    write("model.safetensors");
    try (ModelWeights weights = load()) {
      assertThat(weights.get("unembed.W_U")).isSameAs(weights.get("embed.W_E"));
    }
    values.get("lm_head.weight")[5] += 1;
    write("model.safetensors");
    assertRefused(
        "tensors 'lm_head.weight' and 'wte.weight' are tied by config.json but their values differ;"
            + " set tie_word_embeddings = false to use both");
    configure("tie_word_embeddings", false);
    try (ModelWeights weights = load()) {
      assertThat(weights.get("unembed.W_U").toFloatArray()).isEqualTo(values.get("lm_head.weight"));
      assertThat(weights.get("embed.W_E").toFloatArray()).isEqualTo(values.get("wte.weight"));
    }
  }

  @Test
  void anyOneOfTwoTiedTensorsIsEnough() throws IOException {
    float[] embedding = values.remove("wte.weight");
    put("lm_head.weight", embedding, 97, 32);
    write("model.safetensors");
    try (ModelWeights weights = load()) {
      assertThat(weights.get("embed.W_E").toFloatArray()).isEqualTo(embedding);
    }
  }

  @Test
  void bertsDecoderMayRepeatTheEmbeddingAndTheBias() throws IOException {
    read("bert");
    put(
        "cls.predictions.decoder.weight",
        values.get("bert.embeddings.word_embeddings.weight").clone(),
        110,
        32);
    put("cls.predictions.decoder.bias", values.get("cls.predictions.bias").clone(), 110);
    put("bert.embeddings.position_ids", new float[48], 1, 48);
    write("model.safetensors");
    load().close();

    values.get("cls.predictions.decoder.bias")[7] += 1;
    write("model.safetensors");
    assertRefused(
        "tensors 'cls.predictions.decoder.bias' and 'cls.predictions.bias' are tied by config.json but");
  }

  @Test
  void aBertWithoutHeadHasTheSameStreamAndNoLogits() throws IOException {
    read("bert");
    values.keySet().removeIf(name -> name.startsWith("cls."));
    write("model.safetensors");
    assertRefused("lacks 5 tensors: 'cls.predictions.bias'");

    put("classifier.weight", new float[64], 2, 32);
    write("model.safetensors");
    configure("architectures", List.of("BertForSequenceClassification"));
    HookPoint last = HookPoint.parse("blocks.2.hook_normalized_resid_post");
    TokenBatch batch = TokenBatch.of(new int[] {5, 9, 2, 7});
    try (HookedTransformer model = HookedTransformer.of(load());
        HookedTransformer whole =
            HookedTransformer.load(ModelFiles.open(GoldenModels.folder("bert")), manager);
        ActivationCache activations = model.run(batch, ForwardPass.reading(last), manager);
        ActivationCache expected = whole.run(batch, ForwardPass.reading(last), manager)) {
      assertThat(model.config().head()).isEqualTo(Head.NONE);
      assertThat(activations.get(last).toFloatArray()).isEqualTo(expected.get(last).toFloatArray());
      assertThat(model.hookPoints().all())
          .extracting(HookPoint::toString)
          .noneMatch(name -> name.contains("logits") || name.contains("unembed"));
    }
    try (ModelWeights weights = load()) {
      FrameworkWeights matrices = FrameworkWeights.of(weights, FrameworkWeights.Folding.NONE);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> matrices.unembedding(0, 1))
          .withMessage(
              "unembedding: the bert model has no head, expected one that predicts tokens");
    }
  }

  @Test
  void optCanLackBiasesAndTheWeightsOfItsNorms() throws IOException {
    read("opt");
    values.keySet().removeIf(name -> name.endsWith(".bias") || name.contains("layer_norm"));
    configure("enable_bias", false);
    configure("layer_norm_elementwise_affine", false);
    write("model.safetensors");
    try (ModelWeights weights = load()) {
      assertThat(weights.find("blocks.0.attn.b_QKV")).isEmpty();
      assertThat(weights.find("blocks.0.attn.b_O")).isEmpty();
      assertThat(weights.find("blocks.0.mlp.b_in")).isEmpty();
      assertThat(weights.get("blocks.0.ln1.w").toFloatArray()).hasSize(32).containsOnly(1);
      assertThat(weights.get("ln_final.b").toFloatArray()).hasSize(32).containsOnly(0);
    }
  }

  @Test
  void llamaCanHaveBiasesInItsAttention() throws IOException {
    read("llama");
    configure("attention_bias", true);
    for (int i = 0; i < 3; i++) {
      String attention = "model.layers." + i + ".self_attn.";
      put(attention + "q_proj.bias", new float[32], 32);
      put(
          attention + "k_proj.bias",
          new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
          16);
      put(attention + "v_proj.bias", new float[16], 16);
      put(attention + "o_proj.bias", new float[32], 32);
    }
    write("model.safetensors");
    try (ModelWeights weights = load()) {
      assertThat(weights.get("blocks.1.attn.b_QKV").toFloatArray())
          .hasSize(64)
          .contains(1, atIndex(32))
          .contains(16, atIndex(47));
      assertThat(weights.find("blocks.1.attn.b_O")).isPresent();
    }
  }

  @Test
  void shardsMustHoldWhatTheIndexSays() throws IOException {
    write("a.safetensors");
    ObjectNode index = MAPPER.createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    values.keySet().forEach(name -> map.put(name, "a.safetensors"));
    Path file = folder.resolve("model.safetensors.index.json");
    MAPPER.writeValue(file.toFile(), index);
    load().close();

    map.put("wqe.weight", "a.safetensors");
    MAPPER.writeValue(file.toFile(), index);
    assertRefused("a.safetensors has no tensor 'wqe.weight', the index puts it there");

    map.remove("wqe.weight");
    map.remove("wte.weight");
    MAPPER.writeValue(file.toFile(), index);
    assertRefused("a.safetensors holds tensor 'wte.weight', the index puts it in no file");

    map.put("wte.weight", "b.safetensors");
    MAPPER.writeValue(file.toFile(), index);
    assertRefused("Model folder " + folder + " has no b.safetensors");
  }

  @Test
  void refusedFoldersLeaveNoNativeMemoryBehind() throws IOException {
    values.remove("ln_f.bias");
    write("model.safetensors");
    assertRefused("lacks the tensor 'ln_f.bias'");
    assertThat(manager.getManagedArrays()).isEmpty();
  }

  private void put(String name, float[] tensor, long... shape) {
    values.put(name, tensor);
    shapes.put(name, shape);
  }

  private void write(String file) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    values.keySet().forEach(name -> writer.floats(name, shapes.get(name)));
    writer.write(
        folder.resolve(file),
        out -> {
          for (float[] tensor : values.values()) {
            out.floats(tensor);
          }
        });
  }

  private void configure(String key, Object value) throws IOException {
    Path file = folder.resolve("config.json");
    ObjectNode json = (ObjectNode) MAPPER.readTree(Files.readString(file));
    json.putPOJO(key, value);
    MAPPER.writeValue(file.toFile(), json);
  }

  private ModelWeights load() {
    return ModelWeights.load(ModelFiles.open(folder), manager);
  }

  private void assertRefused(String reason) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(this::load)
        .satisfies(e -> assertThat(e.getMessage()).contains(reason).hasLineCount(1));
  }
}
