package dev.microtome.model.load;

import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.Positions;
import dev.microtome.model.load.Blueprint.AttentionSizes;
import dev.microtome.model.load.Blueprint.Tying;

/**
 * OPT (Zhang et al. 2022): positions begin at row 2; the smallest models but one have norms last
 * and a narrower embedding.
 */
final class Opt implements Architecture {
  private static final int POSITION_OFFSET = 2;

  @Override
  public String modelType() {
    return "opt";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    Dim dModel = json.size("hidden_size", ConfigJson.MAX_WIDTH);
    Dim dEmbed = json.size("word_embed_proj_dim", ConfigJson.MAX_WIDTH, dModel);
    Dim nHeads = json.size("num_attention_heads", ConfigJson.MAX_HEADS);
    Dim dHead = json.headWidth(dModel, nHeads);
    Dim dMlp = json.size("ffn_dim", ConfigJson.MAX_WIDTH);
    Dim dVocab = json.size("vocab_size", Integer.MAX_VALUE);
    Dim nCtx = json.size("max_position_embeddings", Integer.MAX_VALUE);
    int nLayers = json.size("num_hidden_layers", ConfigJson.MAX_LAYERS).intSize();
    boolean normFirst = json.flag("do_layer_norm_before", true);
    boolean finalNorm = !json.flag("_remove_final_layer_norm", false) && normFirst;

    ModelConfigBuilder config =
        new ModelConfigBuilder(modelType())
            .layers(nLayers)
            .widths(dModel, dEmbed, dMlp)
            .heads(nHeads, nHeads, dHead)
            .vocabulary(dVocab)
            .context(nCtx)
            .activation(json.activation("activation_function", "relu"))
            .normEpsilon(1e-5) // torch's default: OPT has no key for it
            .blockLayout(normFirst ? BlockLayout.SEQUENTIAL : BlockLayout.POST_NORM)
            .positions(new Positions.Learned(POSITION_OFFSET));
    if (!finalNorm) {
      config.withoutFinalNorm();
    }

    AttentionSizes sizes = new AttentionSizes(dModel, nHeads, nHeads, dHead);
    Layers layers =
        new Layers(
            Blueprint.builder(config.build()),
            json.flag("enable_bias", true),
            json.flag("layer_norm_elementwise_affine", true));
    Blueprint.Builder parameters = layers.parameters();
    parameters.add(Parameter.of("embed.W_E", "embed_tokens.weight", dVocab, dEmbed));
    parameters.add(
        Parameter.of(
            "pos_embed.W_pos", "embed_positions.weight", nCtx.plus(POSITION_OFFSET), dModel));
    if (dEmbed.size() != dModel.size()) {
      parameters.add(Parameter.of("embed.project_in", "project_in.weight", dModel, dEmbed));
      parameters.add(Parameter.of("embed.project_out", "project_out.weight", dEmbed, dModel));
    }
    for (int i = 0; i < nLayers; i++) {
      String to = "blocks." + i + ".";
      String from = "layers." + i + ".";
      layers.norm(to + "ln1", from + "self_attn_layer_norm", dModel);
      layers.attention(to + "attn", from + "self_attn.", sizes);
      layers.norm(to + "ln2", from + "final_layer_norm", dModel);
      layers.linear(to + "mlp.%s_in", from + "fc1", dMlp, dModel);
      layers.linear(to + "mlp.%s_out", from + "fc2", dModel, dMlp);
    }
    if (finalNorm) {
      layers.norm("ln_final", "final_layer_norm", dModel);
    }
    Tying tying = Tying.of(json, Tying.TIED);
    return parameters
        .unembedding(tying, "embed_tokens.weight", "lm_head.weight", dVocab, dEmbed)
        .build();
  }

  /** Layers that may lack their biases, and norms that may lack their weights. */
  private record Layers(Blueprint.Builder parameters, boolean biases, boolean affineNorms) {
    void linear(String name, String tensor, Dim out, Dim in) {
      if (biases) {
        parameters.linear(name, tensor, out, in);
      } else {
        parameters.add(Parameter.of(name.formatted("W"), tensor + ".weight", out, in));
      }
    }

    void attention(String to, String from, AttentionSizes sizes) {
      if (biases) {
        parameters.qkv(to, sizes, from + "q_proj", from + "k_proj", from + "v_proj");
      } else {
        parameters.qkvWithoutBias(to, sizes, from + "q_proj", from + "k_proj", from + "v_proj");
      }
      linear(to + ".%s_O", from + "out_proj", sizes.dModel(), sizes.queries());
    }

    void norm(String name, String tensor, Dim width) {
      if (affineNorms) {
        parameters.layerNorm(name, tensor, width);
      } else {
        parameters.add(Parameter.constant(name + ".w", 1, width));
        parameters.add(Parameter.constant(name + ".b", 0, width));
      }
    }
  }

  @Override
  public String modernName(String tensor) {
    return Names.without("decoder.", Names.without("model.", tensor));
  }

  @Override
  public boolean ignores(String tensor) {
    return false;
  }
}
