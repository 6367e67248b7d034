package dev.microtome.model.load;

import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.load.Blueprint.Tying;
import dev.microtome.model.load.LlamaLayout.Biases;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Gemma 2 (Gemma team 2024): norms before and after attention and MLP with weights 1 + w, soft caps
 * on scores and logits, windows in every other layer, embeddings scaled by √dModel.
 */
final class Gemma2 implements Architecture {
  @Override
  public String modelType() {
    return "gemma2";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    json.only("use_bidirectional_attention", false);
    // The class's default of 256 does not follow from the other sizes, so a file without the key is
    // better refused.
    json.size("head_dim", ConfigJson.MAX_HEAD_WIDTH);
    json.size("num_key_value_heads", ConfigJson.MAX_HEADS);
    LlamaLayout layout = LlamaLayout.of(json, 8192);
    int window = json.size("sliding_window", Integer.MAX_VALUE, 4096).intSize();
    List<Boolean> sliding =
        LayerTypes.sliding(json, layout.nLayers())
            .orElseGet(
                () -> IntStream.range(0, layout.nLayers()).mapToObj(i -> i % 2 == 0).toList());
    // hidden_act is an older spelling that the model does not read.
    ModelConfigBuilder config =
        layout
            .config(modelType(), json)
            .activation(json.activation("hidden_activation", "gelu_pytorch_tanh"))
            .blockLayout(BlockLayout.SANDWICH)
            .attentionScale(1 / Math.sqrt(json.positive("query_pre_attn_scalar", 256)))
            .attentionWindows(LayerTypes.windows(sliding, window))
            .softCaps(
                json.positiveOrNull("attn_logit_softcapping", 50),
                json.positiveOrNull("final_logit_softcapping", 30))
            .embeddingScale(Math.sqrt(layout.attention().dModel().intSize()));
    Blueprint.Builder parameters = Blueprint.builder(config.build());
    Biases biases = json.flag("attention_bias", false) ? Biases.ALL : Biases.NONE;
    for (int i = 0; i < layout.nLayers(); i++) {
      String to = "blocks." + i + ".";
      String from = "layers." + i + ".";
      parameters.add(layout.norm(to + "ln1", from + "input_layernorm").plusOne());
      layout.attention(parameters, i, biases);
      parameters.add(layout.norm(to + "ln1_post", from + "post_attention_layernorm").plusOne());
      parameters.add(layout.norm(to + "ln2", from + "pre_feedforward_layernorm").plusOne());
      layout.mlp(parameters, i);
      parameters.add(layout.norm(to + "ln2_post", from + "post_feedforward_layernorm").plusOne());
    }
    parameters.add(layout.norm("ln_final", "norm").plusOne());
    return layout.embeddings(parameters, Tying.of(json, Tying.TIED)).build();
  }

  @Override
  public KnownKeys harmlessKeys() {
    return KnownKeys.COMMON.and("hidden_act");
  }

  @Override
  public String modernName(String tensor) {
    return LlamaLayout.modernName(tensor);
  }

  @Override
  public boolean ignores(String tensor) {
    return LlamaLayout.isBuffer(tensor);
  }
}
