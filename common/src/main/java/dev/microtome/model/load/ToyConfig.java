package dev.microtome.model.load;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.Positions;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;

/**
 * The architecture of a toy model: a decoder as small and as plain as a question needs, down to
 * attention alone or no layer at all. What a trainer is given, and what the {@code config.json} of
 * a toy folder says.
 *
 * <p>Follows the models of Elhage et al. 2021 (attention only), Olsson et al. 2022 (smeared keys)
 * and Elhage et al. 2022 (SoLU). Scores are divided by √dHead.
 *
 * @param nLayers blocks, from 0
 * @param nHeads heads of a block
 * @param dModel width of the residual stream
 * @param dHead width of a head; nHeads·dHead need not be dModel
 * @param dMlp width of the MLP's hidden layer; 0 for attention only
 * @param nCtx longest sequence, in tokens
 * @param dVocab tokens
 * @param activation the MLP's non-linearity, any but SiLU; without a meaning if there is no MLP
 * @param norm layer norms, or none
 * @param normEpsilon added to the variance in layer norms, SoLU's own included
 * @param biases whether the linear layers have biases; layer norms have theirs in any case
 * @param smearedKeys whether each head mixes a key with the one before it, in a learned proportion
 * @param tied whether the unembedding is the embedding transposed
 * @param positions how order is encoded
 * @param rotaryDim coordinates of a head that rotate, even; 0 unless positions are rotary
 * @param rotaryBase pair i of n turns by base^(−i/n) radians a token; 0 unless positions are rotary
 */
public record ToyConfig(
    int nLayers,
    int nHeads,
    int dModel,
    int dHead,
    int dMlp,
    int nCtx,
    int dVocab,
    Activation activation,
    NormKind norm,
    double normEpsilon,
    boolean biases,
    boolean smearedKeys,
    boolean tied,
    PositionKind positions,
    int rotaryDim,
    double rotaryBase)
    implements Serializable {

  /** How a toy model knows the order of its tokens. */
  public enum PositionKind {
    /** A learned embedding added to the stream. */
    LEARNED,
    /** Rotation of queries and keys, i with i + rotaryDim/2 (Su et al. 2021). */
    ROTARY,
    /**
     * A learned embedding added to what queries and keys are computed from, in every layer (Press
     * et al. 2021).
     */
    SHORTFORMER,
    /** The causal mask alone. */
    NONE
  }

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a size is out of its range, the activation or norm is not a
   *     toy model's, or rotary sizes do not go with the positions
   */
  public ToyConfig {
    within("nLayers", nLayers, 0, ConfigJson.MAX_LAYERS);
    within("nHeads", nHeads, 1, ConfigJson.MAX_HEADS);
    within("dModel", dModel, 1, ConfigJson.MAX_WIDTH);
    within("dHead", dHead, 1, ConfigJson.MAX_HEAD_WIDTH);
    within("dMlp", dMlp, 0, ConfigJson.MAX_WIDTH);
    within("nCtx", nCtx, 1, Integer.MAX_VALUE);
    within("dVocab", dVocab, 1, Integer.MAX_VALUE);
    require(activation != Activation.SILU, "activation is SILU, which toy models do not have");
    require(norm != NormKind.RMS_NORM, "norm is RMS_NORM, which toy models do not have");
    require(
        normEpsilon > 0 && Double.isFinite(normEpsilon),
        "normEpsilon is " + normEpsilon + ", expected a number above 0");
    if (positions == PositionKind.ROTARY) {
      require(
          rotaryDim >= 2 && rotaryDim % 2 == 0 && rotaryDim <= dHead,
          "rotaryDim is %d, expected an even number from 2 to dHead %d"
              .formatted(rotaryDim, dHead));
      require(
          rotaryBase > 0 && Double.isFinite(rotaryBase),
          "rotaryBase is " + rotaryBase + ", expected a number above 0");
    } else {
      require(
          rotaryDim == 0 && rotaryBase == 0,
          "rotaryDim is %d and rotaryBase %s, expected 0 with positions %s"
              .formatted(rotaryDim, rotaryBase, positions));
    }
  }

  private static void within(String name, int value, int min, int max) {
    require(
        value >= min && value <= max,
        "%s is %d, expected a whole number from %d to %d".formatted(name, value, min, max));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * Reads the config.json of a toy folder.
   *
   * @throws dev.microtome.run.InputException if it is another family's, or a key is missing,
   *     unknown or has a value that is not supported
   */
  public static ToyConfig read(Path configJson) {
    return Toy.read(
        new ConfigJson(configJson, Json.object(configJson, ModelFiles.MAX_CONFIG_BYTES)));
  }

  /**
   * Begins an architecture: attention only, layer norms, biases and learned positions until told
   * otherwise. Layers, heads and width have no default.
   */
  public static Builder builder(int dVocab, int nCtx) {
    return new Builder(dVocab, nCtx);
  }

  /** The text of config.json, which {@link #read} reads back. */
  public String toJson() {
    return Json.indented(json());
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", Toy.MODEL_TYPE);
    json.put("n_layers", nLayers);
    json.put("n_heads", nHeads);
    json.put("d_model", dModel);
    json.put("d_head", dHead);
    json.put("d_mlp", dMlp);
    json.put("n_ctx", nCtx);
    json.put("d_vocab", dVocab);
    json.put("act_fn", key(Toy.ACTIVATIONS, activation));
    json.put("normalization", key(Toy.NORMS, norm));
    json.put("eps", normEpsilon);
    json.put("biases", biases);
    json.put("smeared_keys", smearedKeys);
    json.put("tied", tied);
    json.put("positions", key(Toy.POSITIONS, positions));
    if (positions == PositionKind.ROTARY) {
      json.put("rotary_dim", rotaryDim);
      json.put("rotary_base", rotaryBase);
    }
    return json;
  }

  private static <T> String key(Map<String, T> meanings, T meaning) {
    return meanings.entrySet().stream()
        .filter(each -> each.getValue().equals(meaning))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The description that {@link dev.microtome.model.HookedTransformer} runs. */
  public ModelConfig modelConfig() {
    ModelConfigBuilder config =
        new ModelConfigBuilder(Toy.MODEL_TYPE)
            .layers(nLayers)
            .widths(Dim.of(dModel), Dim.of(dModel), Dim.of(dMlp))
            .heads(Dim.of(nHeads), Dim.of(nHeads), Dim.of(dHead))
            .vocabulary(Dim.of(dVocab))
            .context(Dim.of(nCtx))
            .activation(activation)
            .normEpsilon(normEpsilon)
            .positions(
                switch (positions) {
                  case LEARNED -> new Positions.Learned(0);
                  case ROTARY -> RotaryConfig.halves(rotaryDim, rotaryBase);
                  case SHORTFORMER -> new Positions.Shortformer();
                  case NONE -> new Positions.None();
                });
    if (norm == NormKind.NONE) {
      config.withoutNorms();
    }
    if (smearedKeys) {
      config.smearedKeys();
    }
    return config.build();
  }

  /** Collects the choices of an architecture. */
  public static final class Builder {
    private final int dVocab;
    private final int nCtx;
    private int nLayers = -1;
    private int nHeads;
    private int dModel;
    private int dHead;
    private int dMlp;
    private Activation activation = Activation.RELU;
    private NormKind norm = NormKind.LAYER_NORM;
    private double normEpsilon = 1e-5;
    private boolean biases = true;
    private boolean smearedKeys;
    private boolean tied;
    private PositionKind positions = PositionKind.LEARNED;
    private int rotaryDim;
    private double rotaryBase;

    private Builder(int dVocab, int nCtx) {
      this.dVocab = dVocab;
      this.nCtx = nCtx;
    }

    public Builder layers(int count) {
      nLayers = count;
      return this;
    }

    /** Sets the width of the residual stream. */
    public Builder width(int newDModel) {
      dModel = newDModel;
      return this;
    }

    public Builder heads(int count, int width) {
      nHeads = count;
      dHead = width;
      return this;
    }

    /** Adds an MLP to each block. */
    public Builder mlp(int newDMlp, Activation newActivation) {
      dMlp = newDMlp;
      activation = newActivation;
      return this;
    }

    public Builder normEpsilon(double epsilon) {
      normEpsilon = epsilon;
      return this;
    }

    public Builder withoutNorms() {
      norm = NormKind.NONE;
      return this;
    }

    /** Leaves out the biases of linear layers; norms keep theirs. */
    public Builder withoutBiases() {
      biases = false;
      return this;
    }

    public Builder smearedKeys() {
      smearedKeys = true;
      return this;
    }

    /** Unembeds with the embedding's own weights. */
    public Builder tied() {
      tied = true;
      return this;
    }

    /** Encodes order by anything but rotation, for which there is {@link #rotary}. */
    public Builder positions(PositionKind kind) {
      positions = kind;
      rotaryDim = 0;
      rotaryBase = 0;
      return this;
    }

    /** Rotates the first {@code dim} coordinates of each head; the usual base is 10,000. */
    public Builder rotary(int dim, double base) {
      positions = PositionKind.ROTARY;
      rotaryDim = dim;
      rotaryBase = base;
      return this;
    }

    /**
     * Builds the architecture.
     *
     * @throws IllegalArgumentException if a size is missing or out of its range
     */
    public ToyConfig build() {
      return new ToyConfig(
          nLayers,
          nHeads,
          dModel,
          dHead,
          dMlp,
          nCtx,
          dVocab,
          activation,
          norm,
          normEpsilon,
          biases,
          smearedKeys,
          tied,
          positions,
          rotaryDim,
          rotaryBase);
    }
  }
}
