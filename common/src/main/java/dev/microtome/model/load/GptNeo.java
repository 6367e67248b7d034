package dev.microtome.model.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.model.Positions;
import dev.microtome.model.load.Blueprint.AttentionSizes;
import dev.microtome.model.load.Blueprint.Tying;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * GPT-Neo (Black et al. 2021): GPT-2 without biases in q, k, v, without score scaling, with windows
 * in some layers.
 */
final class GptNeo implements Architecture {
  private static final Pattern BUFFER =
      Pattern.compile("h\\.\\d+\\.attn\\.attention\\.(masked_)?bias");
  private static final Set<String> ATTENTION_TYPES = Set.of("global", "local");

  @Override
  public String modelType() {
    return "gpt_neo";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    Dim dModel = json.size("hidden_size", ConfigJson.MAX_WIDTH);
    Dim nHeads = json.size("num_heads", ConfigJson.MAX_HEADS);
    Dim dHead = json.headWidth(dModel, nHeads);
    Dim dMlp = json.size("intermediate_size", ConfigJson.MAX_WIDTH, dModel.times(4));
    Dim dVocab = json.size("vocab_size", Integer.MAX_VALUE);
    Dim nCtx = json.size("max_position_embeddings", Integer.MAX_VALUE);
    int nLayers = json.size("num_layers", ConfigJson.MAX_LAYERS).intSize();
    int window = json.size("window_size", Integer.MAX_VALUE, 256).intSize();

    ModelConfigBuilder config =
        new ModelConfigBuilder(modelType())
            .layers(nLayers)
            .widths(dModel, dModel, dMlp)
            .heads(nHeads, nHeads, dHead)
            .attentionScale(1)
            .attentionWindows(
                attentionLayers(json, nLayers).stream()
                    .map(t -> t.equals("local") ? window : 0)
                    .toList())
            .vocabulary(dVocab)
            .context(nCtx)
            .activation(json.activation("activation_function", "gelu_new"))
            .normEpsilon(json.positive("layer_norm_epsilon", 1e-5))
            .positions(new Positions.Learned(0));

    AttentionSizes sizes = new AttentionSizes(dModel, nHeads, nHeads, dHead);
    Blueprint.Builder parameters = Blueprint.builder(config.build());
    parameters.add(Parameter.of("embed.W_E", "wte.weight", dVocab, dModel));
    parameters.add(Parameter.of("pos_embed.W_pos", "wpe.weight", nCtx, dModel));
    for (int i = 0; i < nLayers; i++) {
      String to = "blocks." + i + ".";
      String from = "h." + i + ".";
      String attention = from + "attn.attention.";
      parameters.layerNorm(to + "ln1", from + "ln_1", dModel);
      parameters.qkvWithoutBias(
          to + "attn", sizes, attention + "q_proj", attention + "k_proj", attention + "v_proj");
      parameters.linear(to + "attn.%s_O", attention + "out_proj", dModel, sizes.queries());
      parameters.layerNorm(to + "ln2", from + "ln_2", dModel);
      parameters.linear(to + "mlp.%s_in", from + "mlp.c_fc", dMlp, dModel);
      parameters.linear(to + "mlp.%s_out", from + "mlp.c_proj", dModel, dMlp);
    }
    parameters.layerNorm("ln_final", "ln_f", dModel);
    Tying tying = Tying.of(json, Tying.TIED);
    return parameters.unembedding(tying, "wte.weight", "lm_head.weight", dVocab, dModel).build();
  }

  /**
   * One of global and local for each layer, from attention_layers or from the shorthand
   * attention_types.
   */
  private static List<String> attentionLayers(ConfigJson json, int nLayers) {
    List<String> expanded =
        json.node("attention_types").map(types -> expand(json, types, nLayers)).orElse(null);
    List<String> layers = json.names("attention_layers", ATTENTION_TYPES).orElse(expanded);
    if (layers == null) {
      layers = repeat(List.of("global", "local"), 12);
    }
    if (expanded != null && !expanded.equals(layers)) {
      throw json.conflict("attention_layers and attention_types differ");
    }
    if (layers.size() != nLayers) {
      throw json.conflict(
          "attention types are given for %d layers, num_layers is %d"
              .formatted(layers.size(), nLayers));
    }
    return layers;
  }

  /** [[["global", "local"], 12]] stands for 24 layers. */
  private static List<String> expand(ConfigJson json, JsonNode types, int nLayers) {
    List<String> layers = new ArrayList<>();
    for (JsonNode group : types) {
      JsonNode repeats = group.path(1);
      if (group.size() != 2
          || !repeats.canConvertToInt()
          || repeats.intValue() < 1
          || repeats.intValue() > nLayers) {
        throw json.wrong(
            "attention_types",
            group,
            "[[types], repeats] for at most %d layers".formatted(nLayers));
      }
      layers.addAll(
          repeat(json.names("attention_types", group.get(0), ATTENTION_TYPES), repeats.intValue()));
      if (layers.size() > nLayers) {
        throw json.conflict(
            "attention_types names more than the %d layers of num_layers".formatted(nLayers));
      }
    }
    return layers;
  }

  private static List<String> repeat(List<String> types, int repeats) {
    List<String> layers = new ArrayList<>();
    for (int i = 0; i < repeats; i++) {
      layers.addAll(types);
    }
    return layers;
  }

  @Override
  public String modernName(String tensor) {
    return Names.without("transformer.", tensor);
  }

  @Override
  public boolean ignores(String tensor) {
    return BUFFER.matcher(tensor).matches();
  }
}
