package dev.microtome.model.load;

import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.load.Blueprint.AttentionSizes;
import dev.microtome.model.load.Blueprint.Tying;
import java.util.regex.Pattern;

/**
 * GPT-J (Wang and Komatsuzaki 2021): attention and MLP read one layer norm, adjacent pairs rotate,
 * the unembedding has a bias.
 */
final class GptJ implements Architecture {
  private static final Pattern BUFFER =
      Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias|embed_positions)");

  @Override
  public String modelType() {
    return "gptj";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    json.only("rotary", true);
    json.only("scale_attn_weights", true);
    Dim dModel = json.size("n_embd", ConfigJson.MAX_WIDTH);
    Dim nHeads = json.size("n_head", ConfigJson.MAX_HEADS);
    Dim dHead = json.headWidth(dModel, nHeads);
    Dim dMlp = json.size("n_inner", ConfigJson.MAX_WIDTH, dModel.times(4));
    Dim dVocab = json.size("vocab_size", Integer.MAX_VALUE);
    int nLayers = json.size("n_layer", ConfigJson.MAX_LAYERS).intSize();

    ModelConfigBuilder config =
        new ModelConfigBuilder(modelType())
            .layers(nLayers)
            .widths(dModel, dModel, dMlp)
            .heads(nHeads, nHeads, dHead)
            .vocabulary(dVocab)
            .context(json.size("n_positions", Integer.MAX_VALUE))
            .activation(json.activation("activation_function", "gelu_new"))
            .normEpsilon(json.positive("layer_norm_epsilon", 1e-5))
            .blockLayout(BlockLayout.PARALLEL_SHARED_NORM)
            .positions(RotaryConfig.adjacentPairs(json, dHead));

    AttentionSizes sizes = new AttentionSizes(dModel, nHeads, nHeads, dHead);
    Blueprint.Builder parameters = Blueprint.builder(config.build());
    parameters.add(Parameter.of("embed.W_E", "wte.weight", dVocab, dModel));
    for (int i = 0; i < nLayers; i++) {
      String to = "blocks." + i + ".";
      String from = "h." + i + ".";
      parameters.layerNorm(to + "ln1", from + "ln_1", dModel);
      parameters.qkvWithoutBias(
          to + "attn", sizes, from + "attn.q_proj", from + "attn.k_proj", from + "attn.v_proj");
      parameters.add(
          Parameter.of(to + "attn.W_O", from + "attn.out_proj.weight", dModel, sizes.queries()));
      parameters.linear(to + "mlp.%s_in", from + "mlp.fc_in", dMlp, dModel);
      parameters.linear(to + "mlp.%s_out", from + "mlp.fc_out", dModel, dMlp);
    }
    parameters.layerNorm("ln_final", "ln_f", dModel);
    parameters.add(Parameter.of("unembed.b_U", "lm_head.bias", dVocab));
    Tying tying = Tying.of(json, Tying.SEPARATE);
    return parameters.unembedding(tying, "wte.weight", "lm_head.weight", dVocab, dModel).build();
  }

  @Override
  public KnownKeys harmlessKeys() {
    return KnownKeys.COMMON.and("n_ctx");
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
