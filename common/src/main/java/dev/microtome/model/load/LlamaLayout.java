package dev.microtome.model.load;

import dev.microtome.model.load.Blueprint.AttentionSizes;
import dev.microtome.model.load.Blueprint.Tying;
import java.util.regex.Pattern;

/**
 * What Llama, Mistral, Qwen2 and Gemma 2 have in common: the names of sizes and tensors,
 * grouped-query attention, RMS norms and a gated MLP.
 */
record LlamaLayout(AttentionSizes attention, Dim dMlp, Dim dVocab, Dim nCtx, int nLayers) {
  private static final Pattern BUFFER =
      Pattern.compile("(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");

  /**
   * Reads the sizes.
   *
   * @param nCtx what {@code max_position_embeddings} is where it is not given
   */
  static LlamaLayout of(ConfigJson json, int nCtx) {
    Dim dModel = json.size("hidden_size", ConfigJson.MAX_WIDTH);
    Dim nHeads = json.size("num_attention_heads", ConfigJson.MAX_HEADS);
    Dim nKeyValueHeads = json.size("num_key_value_heads", ConfigJson.MAX_HEADS, nHeads);
    if (nHeads.size() % nKeyValueHeads.size() != 0) {
      throw json.conflict(
          "%s is not a multiple of %s".formatted(nHeads.origin(), nKeyValueHeads.origin()));
    }
    Dim dHead =
        json.has("head_dim")
            ? json.size("head_dim", ConfigJson.MAX_HEAD_WIDTH)
            : json.headWidth(dModel, nHeads);
    return new LlamaLayout(
        new AttentionSizes(dModel, nHeads, nKeyValueHeads, dHead),
        json.size("intermediate_size", ConfigJson.MAX_WIDTH),
        json.size("vocab_size", Integer.MAX_VALUE),
        json.size("max_position_embeddings", Integer.MAX_VALUE, nCtx),
        json.size("num_hidden_layers", ConfigJson.MAX_LAYERS).intSize());
  }

  /** A description with everything set but the activation. */
  ModelConfigBuilder config(String family, ConfigJson json) {
    return new ModelConfigBuilder(family)
        .layers(nLayers)
        .widths(attention.dModel(), attention.dModel(), dMlp)
        .heads(attention.nHeads(), attention.nKeyValueHeads(), attention.dHead())
        .vocabulary(dVocab)
        .context(nCtx)
        .gatedMlp()
        .rmsNorm()
        .normEpsilon(json.positive("rms_norm_eps", 1e-6))
        .positions(RotaryConfig.wholeHead(json, attention.dHead()));
  }

  /** Adds queries, keys, values and the attention's output of a block. */
  void attention(Blueprint.Builder parameters, int layer, Biases biases) {
    String to = "blocks." + layer + ".attn";
    String from = "layers." + layer + ".self_attn.";
    if (biases == Biases.NONE) {
      parameters.qkvWithoutBias(to, attention, from + "q_proj", from + "k_proj", from + "v_proj");
    } else {
      parameters.qkv(to, attention, from + "q_proj", from + "k_proj", from + "v_proj");
    }
    parameters.add(
        Parameter.of(to + ".W_O", from + "o_proj.weight", attention.dModel(), attention.queries()));
    if (biases == Biases.ALL) {
      parameters.add(Parameter.of(to + ".b_O", from + "o_proj.bias", attention.dModel()));
    }
  }

  /** Adds the gated MLP of a block. */
  void mlp(Blueprint.Builder parameters, int layer) {
    String to = "blocks." + layer + ".mlp.";
    String from = "layers." + layer + ".mlp.";
    parameters.add(
        Parameter.of(to + "W_gate", from + "gate_proj.weight", dMlp, attention.dModel()));
    parameters.add(Parameter.of(to + "W_in", from + "up_proj.weight", dMlp, attention.dModel()));
    parameters.add(Parameter.of(to + "W_out", from + "down_proj.weight", attention.dModel(), dMlp));
  }

  /** An RMS norm's weight. */
  Parameter norm(String name, String tensor) {
    return Parameter.of(name + ".w", tensor + ".weight", attention.dModel());
  }

  /** Adds everything outside the blocks, and the blocks of Llama. */
  Blueprint blueprint(Blueprint.Builder parameters, Tying tying, Biases biases) {
    for (int i = 0; i < nLayers; i++) {
      parameters.add(norm("blocks." + i + ".ln1", "layers." + i + ".input_layernorm"));
      attention(parameters, i, biases);
      parameters.add(norm("blocks." + i + ".ln2", "layers." + i + ".post_attention_layernorm"));
      mlp(parameters, i);
    }
    parameters.add(norm("ln_final", "norm"));
    return embeddings(parameters, tying).build();
  }

  Blueprint.Builder embeddings(Blueprint.Builder parameters, Tying tying) {
    parameters.add(Parameter.of("embed.W_E", "embed_tokens.weight", dVocab, attention.dModel()));
    return parameters.unembedding(
        tying, "embed_tokens.weight", "lm_head.weight", dVocab, attention.dModel());
  }

  static String modernName(String tensor) {
    return Names.without("model.", tensor);
  }

  static boolean isBuffer(String tensor) {
    return BUFFER.matcher(tensor).matches();
  }

  /** Which linear layers of the attention have a bias. */
  enum Biases {
    NONE,
    QUERIES_KEYS_VALUES,
    ALL
  }
}
