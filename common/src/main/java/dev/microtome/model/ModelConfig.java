package dev.microtome.model;

import java.util.List;

/**
 * Everything that decides a transformer's numbers besides its weights: one description for all
 * families, filled by the family's architecture from {@code config.json}. Sizes are named as in
 * TransformerLens.
 *
 * @param family Hugging Face's {@code model_type}
 * @param nLayers blocks; 0 for a model that only embeds and unembeds
 * @param dModel width of the residual stream
 * @param dEmbed width of the token embedding; equals dModel unless the model projects it in and out
 *     (OPT)
 * @param nHeads query heads
 * @param nKeyValueHeads key and value heads; divides nHeads
 * @param dHead width of a head
 * @param dMlp width of the MLP's hidden layer; 0 if the blocks have attention only
 * @param dVocab rows of the embedding
 * @param nCtx longest sequence
 * @param tokenTypes rows of the token type embedding (BERT), else 0
 * @param activation the MLP's non-linearity
 * @param gatedMlp whether the MLP is act(gate)·linear
 * @param norm kind of every normalisation
 * @param normEpsilon added to the variance
 * @param blockLayout how attention, MLP and normalisations are wired
 * @param finalNorm whether the stream is normalised before the unembedding
 * @param positions how order is encoded
 * @param smearedKeys whether a key is mixed with the key before it (Olsson et al. 2022)
 * @param causal whether a token attends to earlier tokens only
 * @param attentionScales factor of q·k of each layer, such as 1/√dHead
 * @param attentionWindows for each layer the number of newest tokens, itself included, a token
 *     attends to; 0 for all
 * @param attentionSoftCap c in c·tanh(scores/c); 0 for none
 * @param logitSoftCap c in c·tanh(logits/c); 0 for none
 * @param embeddingScale factor of the token embedding (√dModel in Gemma), else 1
 * @param head what turns the last stream into logits
 */
public record ModelConfig(
    String family,
    int nLayers,
    int dModel,
    int dEmbed,
    int nHeads,
    int nKeyValueHeads,
    int dHead,
    int dMlp,
    int dVocab,
    int nCtx,
    int tokenTypes,
    Activation activation,
    boolean gatedMlp,
    NormKind norm,
    double normEpsilon,
    BlockLayout blockLayout,
    boolean finalNorm,
    Positions positions,
    boolean smearedKeys,
    boolean causal,
    List<Double> attentionScales,
    List<Integer> attentionWindows,
    double attentionSoftCap,
    double logitSoftCap,
    double embeddingScale,
    Head head) {

  public ModelConfig {
    attentionScales = List.copyOf(attentionScales);
    attentionWindows = List.copyOf(attentionWindows);
  }

  /** Whether the blocks have an MLP beside their attention. */
  public boolean hasMlp() {
    return dMlp > 0;
  }

  /** Kind of normalisation. */
  public enum NormKind {
    /** (x − mean)/√(variance + ε)·w + b. */
    LAYER_NORM,
    /** x/√(mean square + ε)·w; Gemma's 1 + w is folded into w when the weights are loaded. */
    RMS_NORM,
    /** x itself: there are no norms, no parameters of them and no hook points. */
    NONE
  }

  /** How a block is wired. */
  public enum BlockLayout {
    /** x + attn(ln1(x)), then + mlp(ln2(·)): GPT-2, Llama. */
    SEQUENTIAL,
    /** x + attn(ln1(x)) + mlp(ln2(x)): GPT-NeoX. */
    PARALLEL,
    /** x + attn(ln1(x)) + mlp(ln1(x)): GPT-J. */
    PARALLEL_SHARED_NORM,
    /** ln1(x + attn(x)), then ln2(· + mlp(·)): BERT, OPT with do_layer_norm_before = false. */
    POST_NORM,
    /** x + ln1_post(attn(ln1(x))), then + ln2_post(mlp(ln2(·))): Gemma 2. */
    SANDWICH
  }

  /** What turns the last stream into logits. */
  public enum Head {
    CAUSAL,
    /** BERT's transform (linear, activation, layer norm) before the unembedding. */
    MASKED,
    /** Nothing: an encoder without a head, such as BertModel. It has no hook point of logits. */
    NONE
  }
}
