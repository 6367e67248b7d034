package dev.microtome.model.load;

import dev.microtome.model.Positions;
import dev.microtome.model.load.Blueprint.Tying;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * GPT-2 (Radford et al. 2019): layer norm first, learned positions, weights of the blocks stored
 * [in, out].
 */
final class Gpt2 implements Architecture {
  private static final Pattern BUFFER = Pattern.compile("h\\.\\d+\\.attn\\.(masked_)?bias");

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    Dim dModel = json.size("n_embd", ConfigJson.MAX_WIDTH);
    Dim nHeads = json.size("n_head", ConfigJson.MAX_HEADS);
    int nLayers = json.size("n_layer", ConfigJson.MAX_LAYERS).intSize();
    Dim nCtx = json.size("n_positions", Integer.MAX_VALUE);
    Dim dVocab = json.size("vocab_size", Integer.MAX_VALUE);
    Dim dMlp = json.size("n_inner", ConfigJson.MAX_WIDTH, dModel.times(4));
    Dim dHead = json.headWidth(dModel, nHeads);
    Tying tying = Tying.of(json, Tying.TIED);

    ModelConfigBuilder config =
        new ModelConfigBuilder(modelType())
            .layers(nLayers)
            .widths(dModel, dModel, dMlp)
            .heads(nHeads, nHeads, dHead)
            .vocabulary(dVocab)
            .context(nCtx)
            .activation(json.activation("activation_function", "gelu_new"))
            .normEpsilon(json.positive("layer_norm_epsilon", 1e-5))
            .positions(new Positions.Learned(0))
            .attentionScales(scales(json, nLayers, dHead));

    Blueprint.Builder parameters = Blueprint.builder(config.build());
    parameters.add(Parameter.of("embed.W_E", "wte.weight", dVocab, dModel));
    parameters.add(Parameter.of("pos_embed.W_pos", "wpe.weight", nCtx, dModel));
    for (int i = 0; i < nLayers; i++) {
      String to = "blocks." + i + ".";
      String from = "h." + i + ".";
      parameters.layerNorm(to + "ln1", from + "ln_1", dModel);
      linear(parameters, to + "attn.%s_QKV", from + "attn.c_attn", dModel, dModel.times(3));
      linear(parameters, to + "attn.%s_O", from + "attn.c_proj", dModel, dModel);
      parameters.layerNorm(to + "ln2", from + "ln_2", dModel);
      linear(parameters, to + "mlp.%s_in", from + "mlp.c_fc", dModel, dMlp);
      linear(parameters, to + "mlp.%s_out", from + "mlp.c_proj", dMlp, dModel);
    }
    parameters.layerNorm("ln_final", "ln_f", dModel);
    parameters.unembedding(tying, "wte.weight", "lm_head.weight", dVocab, dModel);
    return parameters.build();
  }

  private static void linear(
      Blueprint.Builder parameters, String name, String tensor, Dim in, Dim out) {
    parameters.add(Parameter.transposed(name.formatted("W"), tensor + ".weight", in, out));
    parameters.add(Parameter.of(name.formatted("b"), tensor + ".bias", out));
  }

  private static List<Double> scales(ConfigJson json, int nLayers, Dim dHead) {
    double scale = json.flag("scale_attn_weights", true) ? 1 / Math.sqrt(dHead.intSize()) : 1;
    boolean byLayer = json.flag("scale_attn_by_inverse_layer_idx", false);
    return IntStream.range(0, nLayers).mapToObj(i -> byLayer ? scale / (i + 1) : scale).toList();
  }

  @Override
  public KnownKeys harmlessKeys() {
    // n_ctx is an old twin of n_positions that no computation reads.
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
