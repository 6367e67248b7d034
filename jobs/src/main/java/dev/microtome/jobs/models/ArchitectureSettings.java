package dev.microtome.jobs.models;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.model.Activation;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.model.load.ToyConfig.PositionKind;
import dev.microtome.run.InputException;
import java.io.Serializable;
import java.util.Optional;

/** What is trained: keys of the group {@code architecture}. */
record ArchitectureSettings(
    @Option(doc = "blocks; 0 for a model that knows bigrams only", orElse = "2") int layers,
    @Option(doc = "heads of a block", orElse = "4") int heads,
    @Option(doc = "width of the residual stream", orElse = "64") int dModel,
    @Option(doc = "width of a head; null: d-model / heads", orElse = "null")
        Optional<Integer> dHead,
    @Option(doc = "width of the MLP's hidden layer; 0 for attention only", orElse = "0") int dMlp,
    @Option(
            doc =
                "non-linearity of the MLP: gelu, gelu-new (the tanh form), relu, solu, or solu-ln (SoLU, then a layer norm)",
            orElse = "gelu")
        ActivationKey activation,
    @Option(doc = "layer norms before attention, MLP and unembedding", orElse = "true")
        boolean layerNorm,
    @Option(doc = "biases of linear layers; layer norms have theirs in any case", orElse = "true")
        boolean biases,
    @Option(
            doc = "each head mixes a key with the one before it, in a learned proportion",
            orElse = "false")
        boolean smearedKeys,
    @Option(doc = "unembed with the embedding's weights", orElse = "false") boolean tied,
    @Option(
            doc =
                "how order is encoded: learned, rotary (over the whole head, base 10000), shortformer (positions for queries and keys alone) or none",
            orElse = "learned")
        PositionKind positions)
    implements Serializable {

  /** The non-linearities that a toy model may have. */
  enum ActivationKey {
    GELU(Activation.GELU),
    GELU_NEW(Activation.GELU_TANH),
    RELU(Activation.RELU),
    SOLU(Activation.SOLU),
    SOLU_LN(Activation.SOLU_LN);

    private final Activation meaning;

    ActivationKey(Activation meaning) {
      this.meaning = meaning;
    }
  }

  private static final double ROTARY_BASE = 10_000;

  ArchitectureSettings {
    atLeast("layers", layers, 0);
    atLeast("heads", heads, 1);
    atLeast("d-model", dModel, 1);
    atLeast("d-mlp", dMlp, 0);
    dHead.ifPresent(width -> atLeast("d-head", width, 1));
    if (dHead.isEmpty() && dModel % heads != 0) {
      throw new ConfigException(
          "d-model", dModel, "must be a multiple of heads, " + heads + ", where d-head is not set");
    }
    int width = dHead.orElse(dModel / heads);
    if (positions == PositionKind.ROTARY && width % 2 != 0) {
      throw new ConfigException(
          "positions", "rotary", "needs heads of an even width, they are " + width);
    }
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }

  /**
   * The architecture over a vocabulary and a context.
   *
   * @throws InputException if it is larger than a model of the family may be
   */
  ToyConfig toy(int dVocab, int nCtx) {
    int width = dHead.orElse(dModel / heads);
    ToyConfig.Builder builder =
        ToyConfig.builder(dVocab, nCtx).layers(layers).width(dModel).heads(heads, width);
    if (dMlp > 0) {
      builder.mlp(dMlp, activation.meaning);
    }
    if (!layerNorm) {
      builder.withoutNorms();
    }
    if (!biases) {
      builder.withoutBiases();
    }
    if (smearedKeys) {
      builder.smearedKeys();
    }
    if (tied) {
      builder.tied();
    }
    if (positions == PositionKind.ROTARY) {
      builder.rotary(width, ROTARY_BASE);
    } else {
      builder.positions(positions);
    }
    // An array of Java's has at most that many.
    if ((long) Math.max(dVocab, nCtx) * dModel > Integer.MAX_VALUE / 2) {
      throw new InputException(
          "architecture: an embedding of %d tokens or positions × d-model %d is too large to train: at most %d numbers"
              .formatted(Math.max(dVocab, nCtx), dModel, Integer.MAX_VALUE / 2));
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new InputException("architecture: " + e.getMessage(), e);
    }
  }
}
