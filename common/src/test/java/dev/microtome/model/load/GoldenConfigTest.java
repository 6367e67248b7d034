package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.Head;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.Positions;
import dev.microtome.model.Positions.Pairing;
import dev.microtome.model.Positions.Rotary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every switch of the golden configurations, as the model's description has it. */
class GoldenConfigTest {
  @ParameterizedTest
  @CsvSource({
    // layers, dModel, dEmbed, heads, kv heads, dHead, dMlp, dVocab, nCtx
    "bert, 3, 32, 32, 4, 4, 8, 64, 110, 48",
    "bert-legacy-keys, 2, 24, 24, 2, 2, 12, 48, 74, 40",
    "gemma2, 4, 32, 32, 4, 2, 8, 56, 85, 64",
    "gpt-neo, 4, 32, 32, 4, 4, 8, 128, 101, 48",
    "gpt-neox, 3, 32, 32, 2, 2, 16, 128, 89, 64",
    "gpt-neox-sequential, 2, 32, 32, 4, 4, 8, 72, 77, 48",
    "gpt2, 3, 32, 32, 4, 4, 8, 128, 97, 48",
    "gpt2-f16, 2, 24, 24, 2, 2, 12, 96, 67, 32",
    "gpt2-relu-inverse, 3, 24, 24, 3, 3, 8, 80, 71, 40",
    "gptj, 3, 32, 32, 4, 4, 8, 128, 95, 48",
    "llama, 3, 32, 32, 4, 2, 8, 56, 96, 64",
    "llama-tied-bf16, 2, 24, 24, 4, 2, 8, 40, 80, 64",
    "mistral, 3, 32, 32, 4, 2, 8, 48, 90, 64",
    "opt, 3, 32, 32, 4, 4, 8, 64, 93, 48",
    "opt-postnorm, 2, 24, 16, 4, 4, 6, 48, 79, 40",
    "qwen2, 3, 32, 32, 4, 2, 8, 48, 99, 64",
  })
  void sizes(
      String name,
      int nLayers,
      int dModel,
      int dEmbed,
      int nHeads,
      int nKeyValueHeads,
      int dHead,
      int dMlp,
      int dVocab,
      int nCtx) {
    ModelConfig c = config(name);
    assertThat(
            List.of(
                c.nLayers(),
                c.dModel(),
                c.dEmbed(),
                c.nHeads(),
                c.nKeyValueHeads(),
                c.dHead(),
                c.dMlp(),
                c.dVocab(),
                c.nCtx()))
        .containsExactly(
            nLayers, dModel, dEmbed, nHeads, nKeyValueHeads, dHead, dMlp, dVocab, nCtx);
  }

  @ParameterizedTest
  @CsvSource({
    "bert, GELU, LAYER_NORM, 1e-12, POST_NORM, false",
    "bert-legacy-keys, RELU, LAYER_NORM, 1e-5, POST_NORM, false",
    "gemma2, GELU_TANH, RMS_NORM, 1e-6, SANDWICH, true",
    "gpt-neo, GELU_TANH, LAYER_NORM, 1e-5, SEQUENTIAL, true",
    "gpt-neox, GELU, LAYER_NORM, 1e-5, PARALLEL, true",
    "gpt-neox-sequential, GELU_TANH, LAYER_NORM, 1e-5, SEQUENTIAL, true",
    "gpt2, GELU_TANH, LAYER_NORM, 1e-5, SEQUENTIAL, true",
    "gpt2-f16, GELU, LAYER_NORM, 1e-5, SEQUENTIAL, true",
    "gpt2-relu-inverse, RELU, LAYER_NORM, 1e-3, SEQUENTIAL, true",
    "gptj, GELU_TANH, LAYER_NORM, 1e-5, PARALLEL_SHARED_NORM, true",
    "llama, SILU, RMS_NORM, 1e-5, SEQUENTIAL, true",
    "llama-tied-bf16, SILU, RMS_NORM, 1e-5, SEQUENTIAL, true",
    "mistral, SILU, RMS_NORM, 1e-5, SEQUENTIAL, true",
    "opt, RELU, LAYER_NORM, 1e-5, SEQUENTIAL, true",
    "opt-postnorm, RELU, LAYER_NORM, 1e-5, POST_NORM, false",
    "qwen2, SILU, RMS_NORM, 1e-6, SEQUENTIAL, true",
  })
  void wiring(
      String name,
      Activation activation,
      NormKind norm,
      double epsilon,
      BlockLayout layout,
      boolean finalNorm) {
    ModelConfig c = config(name);
    assertThat(c.activation()).isEqualTo(activation);
    assertThat(c.norm()).isEqualTo(norm);
    assertThat(c.gatedMlp()).isEqualTo(norm == NormKind.RMS_NORM);
    assertThat(c.normEpsilon()).isEqualTo(epsilon);
    assertThat(c.blockLayout()).isEqualTo(layout);
    assertThat(c.finalNorm()).isEqualTo(finalNorm);
    assertThat(c.causal()).isEqualTo(!name.startsWith("bert"));
    assertThat(c.head()).isEqualTo(name.startsWith("bert") ? Head.MASKED : Head.CAUSAL);
    assertThat(c.tokenTypes()).isEqualTo(name.startsWith("bert") ? 2 : 0);
  }

  @Test
  void attentionScales() {
    double root8 = Math.sqrt(8);
    assertThat(config("gpt2").attentionScales()).containsOnly(1 / root8).hasSize(3);
    assertThat(config("gpt2-f16").attentionScales()).containsOnly(1.0);
    assertThat(config("gpt2-relu-inverse").attentionScales())
        .containsExactly(1 / root8, 1 / root8 / 2, 1 / root8 / 3);
    assertThat(config("gpt-neo").attentionScales()).containsOnly(1.0);
    assertThat(config("gptj").attentionScales()).containsOnly(1 / root8);
    assertThat(config("gemma2").attentionScales()).containsOnly(1 / Math.sqrt(16));
  }

  @Test
  void attentionWindows() {
    assertThat(config("gpt-neo").attentionWindows()).containsExactly(0, 8, 0, 8);
    assertThat(config("mistral").attentionWindows()).containsExactly(6, 6, 6);
    assertThat(config("qwen2").attentionWindows()).containsExactly(0, 0, 0);
    assertThat(config("gemma2").attentionWindows()).containsExactly(6, 0, 6, 0);
    assertThat(config("llama").attentionWindows()).containsExactly(0, 0, 0);
  }

  @Test
  void gemmasCapsAndScale() {
    ModelConfig gemma = config("gemma2");
    assertThat(gemma.attentionSoftCap()).isEqualTo(4);
    assertThat(gemma.logitSoftCap()).isEqualTo(6);
    assertThat(gemma.embeddingScale()).isEqualTo(Math.sqrt(32));
    assertThat(config("llama").logitSoftCap()).isZero();
    assertThat(config("llama").embeddingScale()).isEqualTo(1);
  }

  @Test
  void learnedPositions() {
    assertThat(config("gpt2").positions()).isEqualTo(new Positions.Learned(0));
    assertThat(config("bert").positions()).isEqualTo(new Positions.Learned(0));
    assertThat(config("opt-postnorm").positions()).isEqualTo(new Positions.Learned(2));
  }

  /** The file of gpt-neox stores the frequencies that transformers computed. */
  @ParameterizedTest
  @CsvSource({
    "gpt-neox, model-00001-of-00003.safetensors",
    "gpt-neox-sequential, model.safetensors"
  })
  void rotaryFrequenciesAreTheStoredOnes(String name, String shard) {
    Rotary rotary = rotary(name, Pairing.HALVES);
    try (Safetensors stored = Safetensors.open(GoldenModels.folder(name).resolve(shard))) {
      float[] expected = stored.floats("gpt_neox.layers.0.attention.rotary_emb.inv_freq");
      assertThat(rotary.inverseFrequencies()).hasSize(expected.length);
      for (int i = 0; i < expected.length; i++) {
        assertThat(rotary.inverseFrequencies().get(i).floatValue()).isEqualTo(expected[i]);
      }
    }
  }

  @Test
  void rotaryFrequencies() {
    assertThat(rotary("gptj", Pairing.ADJACENT).inverseFrequencies())
        .containsExactly(1.0, (double) 0.01f);
    assertThat(rotary("llama", Pairing.HALVES).inverseFrequencies().get(1))
        .isEqualTo(0.1, within(1e-8));
    assertThat(rotary("qwen2", Pairing.HALVES).inverseFrequencies().get(2))
        .isEqualTo(1e-3, within(1e-9));
  }

  /** Context 16, factors 1 and 4: waves up to 4 tokens are kept, beyond 16 stretched by 8. */
  @Test
  void llama3Scaling() {
    List<Double> scaled = rotary("llama-tied-bf16", Pairing.HALVES).inverseFrequencies();
    double[] plain = {1, Math.pow(5e5, -0.25), Math.pow(5e5, -0.5), Math.pow(5e5, -0.75)};
    double smooth = (16 / (2 * Math.PI) - 1) / 3;
    assertThat(scaled.get(0)).isEqualTo((1 - smooth) / 8 + smooth, within(1e-7));
    for (int i = 1; i < 4; i++) {
      assertThat(scaled.get(i)).isEqualTo(plain[i] / 8, within(1e-8));
    }
  }

  private static Rotary rotary(String name, Pairing pairing) {
    Rotary rotary = (Rotary) config(name).positions();
    assertThat(rotary.pairing()).isEqualTo(pairing);
    return rotary;
  }

  private static ModelConfig config(String name) {
    return ModelFiles.open(GoldenModels.folder(name)).config();
  }
}
