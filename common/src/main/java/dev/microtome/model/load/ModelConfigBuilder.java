package dev.microtome.model.load;

import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.Head;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.Positions;
import java.util.Collections;
import java.util.List;

/** Fills a {@link ModelConfig}; what a family does not say is as in GPT-2. */
final class ModelConfigBuilder {
  private final String family;
  private int nLayers;
  private Dim dModel;
  private Dim dEmbed;
  private Dim dMlp;
  private Dim nHeads;
  private Dim nKeyValueHeads;
  private Dim dHead;
  private Dim dVocab;
  private Dim nCtx;
  private int tokenTypes;
  private Activation activation;
  private boolean gatedMlp;
  private NormKind norm = NormKind.LAYER_NORM;
  private double normEpsilon;
  private BlockLayout blockLayout = BlockLayout.SEQUENTIAL;
  private boolean finalNorm = true;
  private Positions positions;
  private boolean smearedKeys;
  private boolean causal = true;
  private List<Double> attentionScales;
  private List<Integer> attentionWindows;
  private double attentionSoftCap;
  private double logitSoftCap;
  private double embeddingScale = 1;
  private Head head = Head.CAUSAL;

  ModelConfigBuilder(String family) {
    this.family = family;
  }

  ModelConfigBuilder layers(int nLayers) {
    this.nLayers = nLayers;
    return this;
  }

  ModelConfigBuilder widths(Dim dModel, Dim dEmbed, Dim dMlp) {
    this.dModel = dModel;
    this.dEmbed = dEmbed;
    this.dMlp = dMlp;
    return this;
  }

  /** Sets the heads, and 1/√dHead as every layer's scale. */
  ModelConfigBuilder heads(Dim nHeads, Dim nKeyValueHeads, Dim dHead) {
    this.nHeads = nHeads;
    this.nKeyValueHeads = nKeyValueHeads;
    this.dHead = dHead;
    return attentionScale(1 / Math.sqrt(dHead.intSize()));
  }

  ModelConfigBuilder vocabulary(Dim dVocab) {
    this.dVocab = dVocab;
    return this;
  }

  ModelConfigBuilder context(Dim nCtx) {
    this.nCtx = nCtx;
    return this;
  }

  ModelConfigBuilder tokenTypes(int tokenTypes) {
    this.tokenTypes = tokenTypes;
    return this;
  }

  ModelConfigBuilder activation(Activation activation) {
    this.activation = activation;
    return this;
  }

  ModelConfigBuilder gatedMlp() {
    this.gatedMlp = true;
    return this;
  }

  ModelConfigBuilder rmsNorm() {
    this.norm = NormKind.RMS_NORM;
    return this;
  }

  /** Leaves out every norm, the final one too. */
  ModelConfigBuilder withoutNorms() {
    this.norm = NormKind.NONE;
    return withoutFinalNorm();
  }

  ModelConfigBuilder normEpsilon(double normEpsilon) {
    this.normEpsilon = normEpsilon;
    return this;
  }

  ModelConfigBuilder blockLayout(BlockLayout blockLayout) {
    this.blockLayout = blockLayout;
    return this;
  }

  ModelConfigBuilder withoutFinalNorm() {
    this.finalNorm = false;
    return this;
  }

  ModelConfigBuilder positions(Positions positions) {
    this.positions = positions;
    return this;
  }

  ModelConfigBuilder smearedKeys() {
    this.smearedKeys = true;
    return this;
  }

  ModelConfigBuilder bidirectional() {
    this.causal = false;
    return this;
  }

  ModelConfigBuilder attentionScale(double scale) {
    return attentionScales(Collections.nCopies(nLayers, scale));
  }

  ModelConfigBuilder attentionScales(List<Double> attentionScales) {
    this.attentionScales = attentionScales;
    return this;
  }

  ModelConfigBuilder attentionWindows(List<Integer> attentionWindows) {
    this.attentionWindows = attentionWindows;
    return this;
  }

  ModelConfigBuilder softCaps(double attentionSoftCap, double logitSoftCap) {
    this.attentionSoftCap = attentionSoftCap;
    this.logitSoftCap = logitSoftCap;
    return this;
  }

  ModelConfigBuilder embeddingScale(double embeddingScale) {
    this.embeddingScale = embeddingScale;
    return this;
  }

  ModelConfigBuilder head(Head head) {
    this.head = head;
    return this;
  }

  ModelConfig build() {
    return new ModelConfig(
        family,
        nLayers,
        dModel.intSize(),
        dEmbed.intSize(),
        nHeads.intSize(),
        nKeyValueHeads.intSize(),
        dHead.intSize(),
        dMlp.intSize(),
        dVocab.intSize(),
        nCtx.intSize(),
        tokenTypes,
        activation,
        gatedMlp,
        norm,
        normEpsilon,
        blockLayout,
        finalNorm,
        positions,
        smearedKeys,
        causal,
        attentionScales,
        attentionWindows == null ? Collections.nCopies(nLayers, 0) : attentionWindows,
        attentionSoftCap,
        logitSoftCap,
        embeddingScale,
        head);
  }
}
