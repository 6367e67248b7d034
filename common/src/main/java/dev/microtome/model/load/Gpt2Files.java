package dev.microtome.model.load;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.Positions;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes models as Hugging Face's {@code GPT2LMHeadModel} stores them, for transformers and
 * whatever reads its folders. Only a model that GPT-2 can express is written; its logits stay the
 * same.
 */
public final class Gpt2Files {
  private static final Map<Activation, String> ACTIVATIONS =
      Map.of(
          Activation.GELU, "gelu",
          Activation.GELU_TANH, "gelu_new",
          Activation.RELU, "relu",
          Activation.SILU, "silu");

  private Gpt2Files() {}

  /**
   * Writes config.json and model.safetensors. Biases the model does not have are written as zeros;
   * an unembedding that equals the embedding is tied and not stored. The same values give the same
   * bytes.
   *
   * @param folder is created; files of an earlier model are replaced
   * @param parameters float32, named and laid out as {@link ModelWeights} says
   * @throws InputException if GPT-2 is not able to express the model, naming what it lacks, or the
   *     files cannot be written
   * @throws IllegalArgumentException if a parameter is missing, not the model's, or of another type
   *     or shape
   */
  public static void write(Path folder, ModelConfig config, Map<String, NDArray> parameters) {
    checkExpressible(config);
    Map<String, NDArray> kept = new HashMap<>(parameters);
    refuseUnembeddingBias(kept.remove("unembed.b_U"));
    StoredModel model = StoredModel.of(folder, json(config, isTied(parameters)));
    Map<String, float[]> values = ToyFiles.values(model.blueprint(), kept);
    for (Parameter parameter : model.blueprint().parameters()) {
      if (parameter.name().contains(".b_")) {
        values.computeIfAbsent(
            parameter.name(), absent -> new float[Math.toIntExact(parameter.elements())]);
      }
    }
    try {
      model.writeParameters(folder, values);
    } catch (IOException e) {
      throw ToyFiles.unwritable(folder, e);
    }
  }

  /**
   * Writes a model that lies in another folder.
   *
   * @param files the model, of any family that GPT-2 can express
   * @param folder is created; files of an earlier model are replaced
   * @throws InputException as {@link #write} does
   */
  public static void convert(ModelFiles files, Path folder) {
    try (NDManager memory = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(files, memory)) {
      write(
          folder,
          weights.config(),
          weights.names().stream().collect(Collectors.toMap(name -> name, weights::get)));
    }
  }

  /**
   * Refuses a model that GPT-2 is not able to express, whatever its weights.
   *
   * @throws InputException naming what it lacks
   */
  public static void checkExpressible(ModelConfig config) {
    require(config.nLayers() > 0, "at least one layer", "none");
    require(config.hasMlp(), "an MLP in each block", "attention only");
    require(!config.gatedMlp(), "an MLP without a gate", "a gate");
    require(
        ACTIVATIONS.containsKey(config.activation()),
        "an activation of transformers",
        config.activation());
    require(
        config.norm() == NormKind.LAYER_NORM && config.finalNorm(), "layer norms", config.norm());
    require(
        config.blockLayout() == BlockLayout.SEQUENTIAL, "sequential blocks", config.blockLayout());
    require(
        config.positions().equals(new Positions.Learned(0)),
        "learned positions",
        config.positions());
    require(!config.smearedKeys(), "keys of single tokens", "smeared keys");
    require(config.causal() && config.tokenTypes() == 0, "a decoder", "an encoder");
    require(
        config.nHeads() == config.nKeyValueHeads(),
        "as many key heads as query heads",
        config.nKeyValueHeads());
    require(
        config.nHeads() * config.dHead() == config.dModel() && config.dEmbed() == config.dModel(),
        "heads as wide as the stream",
        "%d heads of %d in %d".formatted(config.nHeads(), config.dHead(), config.dModel()));
    double scale = 1 / Math.sqrt(config.dHead());
    require(
        config.attentionScales().stream().allMatch(each -> each == scale),
        "attention scales 1/√dHead",
        config.attentionScales());
    require(
        config.attentionWindows().stream().allMatch(window -> window == 0),
        "full attention",
        "windows " + config.attentionWindows());
    require(
        config.attentionSoftCap() == 0
            && config.logitSoftCap() == 0
            && config.embeddingScale() == 1,
        "no soft caps and no embedding scale",
        "one");
  }

  private static void require(boolean condition, String expected, Object found) {
    if (!condition) {
      throw new InputException(
          "Cannot write the model in GPT-2's format: it needs %s, the model has %s"
              .formatted(expected, found));
    }
  }

  private static void refuseUnembeddingBias(NDArray bias) {
    if (bias == null) {
      return;
    }
    for (float value : bias.toFloatArray()) {
      require(value == 0, "no unembedding bias", "one that is not 0 (unembed.b_U)");
    }
  }

  private static boolean isTied(Map<String, NDArray> parameters) {
    NDArray embedding = parameters.get("embed.W_E");
    NDArray unembedding = parameters.get("unembed.W_U");
    if (embedding == null || unembedding == null || unembedding == embedding) {
      return true;
    }
    return Arrays.equals(unembedding.toFloatArray(), embedding.toFloatArray());
  }

  private static ObjectNode json(ModelConfig config, boolean tied) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", "gpt2");
    json.putArray("architectures").add("GPT2LMHeadModel");
    json.put("n_layer", config.nLayers());
    json.put("n_embd", config.dModel());
    json.put("n_head", config.nHeads());
    json.put("n_inner", config.dMlp());
    json.put("n_positions", config.nCtx());
    json.put("vocab_size", config.dVocab());
    json.put("activation_function", ACTIVATIONS.get(config.activation()));
    json.put("layer_norm_epsilon", config.normEpsilon());
    json.put("tie_word_embeddings", tied);
    // transformers' defaults are ids of GPT-2's own tokenizer.
    json.putNull("bos_token_id");
    json.putNull("eos_token_id");
    return json;
  }
}
