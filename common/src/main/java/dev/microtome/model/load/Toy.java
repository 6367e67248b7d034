package dev.microtome.model.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.load.ToyConfig.PositionKind;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Microtome's own family of small models: attention with or without MLPs, norms, biases, positions,
 * stored under TransformerLens's names and in its shapes. {@link ToyConfig} says what there is.
 */
final class Toy implements Architecture {
  static final String MODEL_TYPE = "microtome_toy";

  private static final Pattern BUFFER =
      Pattern.compile("blocks\\.\\d+\\.attn\\.(mask|IGNORE|rotary_sin|rotary_cos)");

  static final Map<String, Activation> ACTIVATIONS =
      Map.of(
          "gelu", Activation.GELU,
          "gelu_new", Activation.GELU_TANH,
          "relu", Activation.RELU,
          "solu", Activation.SOLU,
          "solu_ln", Activation.SOLU_LN);

  static final Map<String, NormKind> NORMS =
      Map.of("LN", NormKind.LAYER_NORM, "none", NormKind.NONE);

  static final Map<String, PositionKind> POSITIONS =
      Map.of(
          "learned", PositionKind.LEARNED,
          "rotary", PositionKind.ROTARY,
          "shortformer", PositionKind.SHORTFORMER,
          "none", PositionKind.NONE);

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    return new Sizes(json).blueprint(json);
  }

  /** A whole config.json; what it does not say, or says too much, is refused. */
  static ToyConfig read(ConfigJson json) {
    json.choice("model_type", Map.of(MODEL_TYPE, MODEL_TYPE));
    Architectures.blueprint(new Toy(), json);
    return new Sizes(json).config(json);
  }

  /** The sizes as config.json gives them, which explain the shapes. */
  private record Sizes(
      Dim nLayers, Dim nHeads, Dim dModel, Dim dHead, Dim dMlp, Dim nCtx, Dim dVocab) {
    Sizes(ConfigJson json) {
      this(
          json.sizeOrZero("n_layers", ConfigJson.MAX_LAYERS),
          json.size("n_heads", ConfigJson.MAX_HEADS),
          json.size("d_model", ConfigJson.MAX_WIDTH),
          json.size("d_head", ConfigJson.MAX_HEAD_WIDTH),
          json.sizeOrZero("d_mlp", ConfigJson.MAX_WIDTH),
          json.size("n_ctx", Integer.MAX_VALUE),
          json.size("d_vocab", Integer.MAX_VALUE));
    }

    Blueprint blueprint(ConfigJson json) {
      ToyConfig toy = config(json);
      Layout layout = new Layout(this, toy, Blueprint.builder(toy.modelConfig()));
      return layout.blueprint();
    }

    private ToyConfig config(ConfigJson json) {
      PositionKind positions = json.choice("positions", POSITIONS);
      boolean rotary = positions == PositionKind.ROTARY;
      for (String key : new String[] {"rotary_dim", "rotary_base"}) {
        if (!rotary && json.has(key)) {
          throw json.conflict(
              "%s is %s, which only positions 'rotary' have (positions is '%s')"
                  .formatted(
                      key,
                      Json.shorten(json.node(key).map(JsonNode::toString).orElseThrow()),
                      json.string("positions")));
        }
      }
      int rotaryDim = 0;
      if (rotary) {
        rotaryDim = json.size("rotary_dim", ConfigJson.MAX_HEAD_WIDTH, dHead).intSize();
        RotaryConfig.checkRotated(json, rotaryDim, dHead);
      }
      // Without an MLP the key says nothing; TransformerLens's configurations have it all the same.
      boolean activated = dMlp.size() > 0 || json.has("act_fn");
      return new ToyConfig(
          nLayers.intSize(),
          nHeads.intSize(),
          dModel.intSize(),
          dHead.intSize(),
          dMlp.intSize(),
          nCtx.intSize(),
          dVocab.intSize(),
          activated ? json.choice("act_fn", ACTIVATIONS) : Activation.RELU,
          json.choice("normalization", NORMS),
          json.positive("eps", 1e-5),
          json.flag("biases", true),
          json.flag("smeared_keys", false),
          json.flag("tied", false),
          positions,
          rotaryDim,
          rotary ? json.positive("rotary_base", 10_000) : 0);
    }
  }

  /** Which tensors the file holds, and where their values go. */
  private record Layout(Sizes sizes, ToyConfig toy, Blueprint.Builder parameters) {
    Blueprint blueprint() {
      parameters.add(Parameter.of("embed.W_E", "embed.W_E", sizes.dVocab, sizes.dModel));
      if (toy.positions() == PositionKind.LEARNED || toy.positions() == PositionKind.SHORTFORMER) {
        parameters.add(
            Parameter.of("pos_embed.W_pos", "pos_embed.W_pos", sizes.nCtx, sizes.dModel));
      }
      for (int i = 0; i < toy.nLayers(); i++) {
        String block = "blocks." + i + ".";
        norm(block + "ln1");
        attention(block + "attn.");
        if (toy.dMlp() > 0) {
          norm(block + "ln2");
          mlp(block + "mlp.");
        }
      }
      norm("ln_final");
      if (toy.tied()) {
        parameters.share("unembed.W_U", "embed.W_E");
      } else {
        parameters.add(
            Parameter.transposed("unembed.W_U", "unembed.W_U", sizes.dModel, sizes.dVocab));
      }
      bias("unembed.b_U", sizes.dVocab);
      return parameters.build();
    }

    private void attention(String name) {
      Dim heads = sizes.nHeads;
      parameters.add(
          Parameter.intoHeads(
              name + "W_QKV",
              heads,
              sizes.dModel,
              sizes.dHead,
              name + "W_Q",
              name + "W_K",
              name + "W_V"));
      parameters.add(
          Parameter.fromHeads(name + "W_O", name + "W_O", heads, sizes.dHead, sizes.dModel));
      if (toy.biases()) {
        parameters.add(
            Parameter.headVectors(
                name + "b_QKV", heads, sizes.dHead, name + "b_Q", name + "b_K", name + "b_V"));
      }
      bias(name + "b_O", sizes.dModel);
      if (toy.smearedKeys()) {
        parameters.add(Parameter.of(name + "alpha", name + "alpha", heads));
      }
    }

    private void mlp(String name) {
      parameters.add(Parameter.transposed(name + "W_in", name + "W_in", sizes.dModel, sizes.dMlp));
      bias(name + "b_in", sizes.dMlp);
      if (toy.activation() == Activation.SOLU_LN) {
        affine(name + "ln", sizes.dMlp);
      }
      parameters.add(
          Parameter.transposed(name + "W_out", name + "W_out", sizes.dMlp, sizes.dModel));
      bias(name + "b_out", sizes.dModel);
    }

    private void norm(String name) {
      if (toy.norm() == NormKind.LAYER_NORM) {
        affine(name, sizes.dModel);
      }
    }

    private void affine(String name, Dim width) {
      parameters.add(Parameter.of(name + ".w", name + ".w", width));
      parameters.add(Parameter.of(name + ".b", name + ".b", width));
    }

    private void bias(String name, Dim width) {
      if (toy.biases()) {
        parameters.add(Parameter.of(name, name, width));
      }
    }
  }

  @Override
  public String modernName(String tensor) {
    return tensor;
  }

  /**
   * TransformerLens's masks and rotary tables, which a state dictionary saved as it is brings
   * along.
   */
  @Override
  public boolean ignores(String tensor) {
    return BUFFER.matcher(tensor).matches();
  }
}
