package dev.microtome.model.load;

import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.load.Blueprint.Tying;
import java.util.regex.Pattern;

/**
 * GPT-NeoX (Black et al. 2022) and Pythia: parallel blocks, rotation of part of a head, q, k and v
 * interleaved by head.
 */
final class GptNeoX implements Architecture {
  private static final Pattern BUFFER =
      Pattern.compile("layers\\.\\d+\\.attention\\.(bias|masked_bias|rotary_emb\\.inv_freq)");

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    Dim dModel = json.size("hidden_size", ConfigJson.MAX_WIDTH);
    Dim nHeads = json.size("num_attention_heads", ConfigJson.MAX_HEADS);
    Dim dHead = json.headWidth(dModel, nHeads);
    Dim dMlp = json.size("intermediate_size", ConfigJson.MAX_WIDTH);
    Dim dVocab = json.size("vocab_size", Integer.MAX_VALUE);
    int nLayers = json.size("num_hidden_layers", ConfigJson.MAX_LAYERS).intSize();
    BlockLayout layout =
        json.flag("use_parallel_residual", true) ? BlockLayout.PARALLEL : BlockLayout.SEQUENTIAL;
    boolean attentionBias = json.flag("attention_bias", true);

    ModelConfigBuilder config =
        new ModelConfigBuilder(modelType())
            .layers(nLayers)
            .widths(dModel, dModel, dMlp)
            .heads(nHeads, nHeads, dHead)
            .vocabulary(dVocab)
            .context(json.size("max_position_embeddings", Integer.MAX_VALUE, 2048))
            .activation(json.activation("hidden_act", "gelu"))
            .normEpsilon(json.positive("layer_norm_eps", 1e-5))
            .blockLayout(layout)
            .positions(RotaryConfig.partOfHead(json, dHead));

    Blueprint.Builder parameters = Blueprint.builder(config.build());
    parameters.add(Parameter.of("embed.W_E", "embed_in.weight", dVocab, dModel));
    Dim qkv = nHeads.times(dHead).times(3);
    for (int i = 0; i < nLayers; i++) {
      String to = "blocks." + i + ".";
      String from = "layers." + i + ".";
      String attention = from + "attention.query_key_value";
      parameters.layerNorm(to + "ln1", from + "input_layernorm", dModel);
      parameters.add(
          Parameter.headsOutermost(
              to + "attn.W_QKV",
              attention + ".weight",
              nHeads.intSize(),
              dHead.intSize(),
              qkv,
              dModel));
      parameters.add(
          Parameter.of(
              to + "attn.W_O", from + "attention.dense.weight", dModel, nHeads.times(dHead)));
      if (attentionBias) {
        parameters.add(
            Parameter.headsOutermost(
                to + "attn.b_QKV", attention + ".bias", nHeads.intSize(), dHead.intSize(), qkv));
        parameters.add(Parameter.of(to + "attn.b_O", from + "attention.dense.bias", dModel));
      }
      parameters.layerNorm(to + "ln2", from + "post_attention_layernorm", dModel);
      parameters.linear(to + "mlp.%s_in", from + "mlp.dense_h_to_4h", dMlp, dModel);
      parameters.linear(to + "mlp.%s_out", from + "mlp.dense_4h_to_h", dModel, dMlp);
    }
    parameters.layerNorm("ln_final", "final_layer_norm", dModel);
    Tying tying = Tying.of(json, Tying.SEPARATE);
    return parameters
        .unembedding(tying, "embed_in.weight", "embed_out.weight", dVocab, dModel)
        .build();
  }

  @Override
  public String modernName(String tensor) {
    return Names.without("gpt_neox.", tensor);
  }

  @Override
  public boolean ignores(String tensor) {
    return BUFFER.matcher(tensor).matches();
  }
}
