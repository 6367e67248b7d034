package dev.microtome.model.load;

import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.Positions;

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
 * @param rotaryBase the slowest pair turns by about 1/base radians a token; 0 unless positions are
 *     rotary
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
    double rotaryBase) {

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
}
