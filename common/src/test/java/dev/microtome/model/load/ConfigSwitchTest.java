package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.Positions.Rotary;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One key of a golden configuration changed: honoured, harmless, or refused by name. */
class ConfigSwitchTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "gpt2 | {'model_type': 'mamba'} | model_type is 'mamba', which is not supported; supported: bert, gemma2, gpt2, gpt_neo, gpt_neox, gptj, llama, microtome_toy, mistral, opt, qwen2",
        "gpt2 | {'model_type': null} | the key 'model_type' is missing",
        "gpt2 | {'activation_function': 'quick_gelu'} | activation_function is 'quick_gelu', which is not supported; supported: one of [gelu,",
        "gpt2 | {'n_head': null} | the key 'n_head' is missing",
        "gpt2 | {'n_head': 5} | n_embd 32 is not a multiple of n_head 5",
        "gpt2 | {'n_head': 0} | n_head is 0, expected a whole number from 1 to 65,536",
        "gpt2 | {'n_head': '4'} | n_head is \"4\", expected a whole number",
        "gpt2 | {'n_head': 4.0} | n_head is 4.0, expected a whole number",
        "gpt2 | {'n_layer': 1000000000} | n_layer is 1000000000, expected a whole number from 1 to 10,000",
        "gpt2 | {'vocab_size': 1000000000000} | vocab_size is 1000000000000, expected a whole number from 1 to 2,147,483,647",
        "gpt2 | {'layer_norm_epsilon': -1} | layer_norm_epsilon is -1, expected a number above 0",
        "gpt2 | {'layer_norm_epsilon': 1e999} | layer_norm_epsilon is ",
        "gpt2 | {'scale_attn_weights': 1} | scale_attn_weights is 1, expected true or false",
        "gpt2 | {'tie_word_embeddings': null} | tie_word_embeddings is null, expected true or false",
        "gpt2 | {'add_cross_attention': true} | add_cross_attention is true, which is not supported; supported: false",
        "gpt2 | {'pruned_heads': {'0': [1]}} | pruned_heads is {\"0\":[1]}, expected none",
        "gpt2 | {'alibi': true} | the key 'alibi' is not known (value true): it may change the model's numbers",
        "gpt2 | {'quantization_config': {'bits': 4}} | the key 'quantization_config' is not known",
        "gpt-neo | {'attention_types': [[['global'], 4]]} | attention_layers and attention_types differ",
        "gpt-neo | {'attention_layers': null, 'attention_types': [[['global'], 5]]} | attention_types is [[\"global\"],5], expected [[types], repeats] for at most 4 layers",
        "gpt-neo | {'attention_layers': null, 'attention_types': [[['global'], 3]]} | attention types are given for 3 layers, num_layers is 4",
        "gpt-neo | {'attention_layers': null, 'attention_types': [[['global', 'local'], 3]]} | attention_types names more than the 4 layers",
        "gpt-neo | {'attention_layers': null, 'attention_types': [[[], 4]]} | attention_types is [], expected a list of [global, local]",
        "gpt-neo | {'attention_layers': ['global', 'global', 'sparse', 'local']} | attention_layers is \"sparse\", expected one of [global, local]",
        "gpt-neox | {'rotary_pct': 0.01} | 0 coordinates of a head would be rotated, expected an even number up to its width",
        "gpt-neox | {'rope_theta': 500} | rope_theta is 500.0, another key for the same says 10000.0",
        "gpt-neox | {'rope_scaling': {'type': 'dynamic', 'factor': 2}} | rope_scaling.type is 'dynamic', which is not supported; supported: default, linear, llama3",
        "gptj | {'rotary_dim': 12} | 12 coordinates of a head would be rotated, expected an even number up to its width (n_embd 32 / n_head 4)",
        "gptj | {'rotary_dim': null} | rotary_dim is null, which is not supported",
        "gptj | {'scale_attn_weights': false} | scale_attn_weights is false, which is not supported; supported: true",
        "llama | {'mlp_bias': true} | mlp_bias is true, which is not supported; supported: false",
        "llama | {'num_key_value_heads': 3} | num_attention_heads 4 is not a multiple of num_key_value_heads 3",
        "llama | {'partial_rotary_factor': 0.5} | partial_rotary_factor is 0.5, which is not supported; supported: 1.0",
        "llama | {'rope_parameters': {'rope_type': 'default', 'partial_rotary_factor': 0.5}} | rope_parameters.partial_rotary_factor is 0.5, another key for the same says 1.0",
        "llama | {'rope_scaling': {'rope_type': 'yarn', 'factor': 4.0}} | rope_scaling.rope_type is 'yarn', which is not supported; supported: default, linear, llama3",
        "llama | {'rope_scaling': {'rope_type': 'linear', 'type': 'yarn', 'factor': 4.0}} | rope_type 'linear' and type 'yarn' differ",
        "llama | {'rope_scaling': {'rope_type': 'linear', 'factor': 4.0, 'mscale': 1}} | the key 'rope_scaling.mscale' is not known",
        "llama | {'rope_scaling': {'rope_type': 'linear'}} | the key 'rope_scaling.factor' is missing",
        "llama | {'rope_scaling': {'rope_type': 'linear', 'factor': 2}, 'rope_parameters': {'rope_type': 'default'}} | rope_parameters and rope_scaling are two spellings of the same",
        "llama | {'rope_parameters': {'rope_theta': 7}} | rope_parameters.rope_theta is 7.0, another key for the same says 10000.0",
        "llama-tied-bf16 | {'rope_scaling': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 4, 'high_freq_factor': 4, 'original_max_position_embeddings': 16}} | high_freq_factor 4.0 must be above low_freq_factor 4.0",
        "mistral | {'sliding_window': -1} | sliding_window is -1, expected a whole number",
        "qwen2 | {'layer_types': ['full_attention', 'sliding_attention', 'full_attention']} | layer_types has sliding_attention, but use_sliding_window and sliding_window give no window",
        "qwen2 | {'layer_types': ['full_attention']} | layer_types names 1 layers, the model has 3",
        "qwen2 | {'layer_types': ['chunked_attention']} | layer_types is \"chunked_attention\", expected one of [full_attention, sliding_attention]",
        "gemma2 | {'use_bidirectional_attention': true} | use_bidirectional_attention is true, which is not supported",
        "gemma2 | {'head_dim': null} | the key 'head_dim' is missing",
        "bert | {'position_embedding_type': 'relative_key'} | position_embedding_type is 'relative_key', which is not supported; supported: absolute",
        "bert | {'is_decoder': true} | is_decoder is true, which is not supported",
      })
  void isRefusedByName(String model, String change, String reason) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> config(model, change))
        .withMessageContaining(reason)
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .startsWith(GoldenModels.folder(model).toString())
                    .hasLineCount(1));
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.load.GoldenModels#names")
  void metadataIsHarmless(String model) {
    String metadata =
        """
        {"transformers_version": "5.23.0", "_name_or_path": "x", "use_cache": false, "id2label": {"0": "a"},
         "initializer_range": 0.02, "quantization_config": null, "bos_token_id": [1, 2]}
        """;
    assertThat(config(model, metadata)).isEqualTo(config(model, "{}"));
  }

  @Test
  void windowsCanBeSwitchedOnAndOff() {
    assertThat(config("mistral", "{'sliding_window': null}").attentionWindows())
        .containsExactly(0, 0, 0);
    assertThat(
            config("qwen2", "{'use_sliding_window': true, 'layer_types': null}").attentionWindows())
        .containsExactly(0, 4, 4);
    assertThat(
            config(
                    "qwen2",
                    "{'use_sliding_window': true, 'layer_types': ['sliding_attention', 'full_attention', 'full_attention']}")
                .attentionWindows())
        .containsExactly(4, 0, 0);
    assertThat(
            config(
                    "gemma2",
                    "{'layer_types': ['full_attention', 'full_attention', 'full_attention', 'sliding_attention']}")
                .attentionWindows())
        .containsExactly(0, 0, 0, 6);
    assertThat(config("gpt-neo", "{'attention_layers': null}").attentionWindows())
        .containsExactly(0, 8, 0, 8);
  }

  @Test
  void nullTurnsSoftCapsOff() {
    ModelConfig gemma =
        config("gemma2", "{'attn_logit_softcapping': null, 'final_logit_softcapping': null}");
    assertThat(gemma.attentionSoftCap()).isZero();
    assertThat(gemma.logitSoftCap()).isZero();
  }

  @Test
  void versionFiveSpellsRotationsAnew() {
    assertThat(
            config(
                "llama",
                "{'rope_theta': null, 'rope_parameters': {'rope_type': 'linear', 'factor': 2, 'rope_theta': 500}}"))
        .isEqualTo(
            config(
                "llama", "{'rope_theta': 500, 'rope_scaling': {'type': 'linear', 'factor': 2}}"));
    assertThat(
            config(
                "gpt-neox",
                """
                {"rotary_pct": null, "rotary_emb_base": null,
                 "rope_parameters": {"rope_type": "default", "rope_theta": 10000, "partial_rotary_factor": 0.25}}
                """))
        .isEqualTo(config("gpt-neox", "{}"));
    assertThat(
            ((Rotary) config("gpt-neox", "{'rotary_pct': 0.5}").positions()).inverseFrequencies())
        .hasSize(4);
  }

  @Test
  void linearScalingStretchesEveryWave() {
    Rotary plain = (Rotary) config("llama", "{}").positions();
    Rotary stretched =
        (Rotary)
            config("llama", "{'rope_scaling': {'rope_type': 'linear', 'factor': 4.0}}").positions();
    for (int i = 0; i < 4; i++) {
      assertThat(stretched.inverseFrequencies().get(i))
          .isEqualTo(plain.inverseFrequencies().get(i) / 4);
    }
  }

  @Test
  void optCanLackItsFinalNorm() {
    assertThat(config("opt", "{'_remove_final_layer_norm': true}").finalNorm()).isFalse();
  }

  /** The golden configuration with the keys of {@code change} put over its own. */
  private static ModelConfig config(String model, String change) {
    Path file = GoldenModels.folder(model).resolve("config.json");
    try {
      ObjectNode json = (ObjectNode) MAPPER.readTree(Files.readString(file));
      json.setAll(change(change));
      ConfigJson config = new ConfigJson(file, json);
      return Architectures.blueprint(Architectures.of(config), config).config();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode change(String json) throws JsonProcessingException {
    return (ObjectNode) MAPPER.readTree(json.replace('\'', '"'));
  }
}
