package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.load.ToyConfig.PositionKind;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToyConfigTest {
  private static final String SIZES =
      "'model_type': 'microtome_toy', 'n_layers': 2, 'n_heads': 4, 'd_model': 24, 'd_head': 6, 'd_mlp': 0, 'n_ctx': 10, 'd_vocab': 40";

  @TempDir Path folder;

  @Test
  void whatAFileDoesNotSayIsAsInTheBuilder() throws IOException {
    assertThat(read("'normalization': 'LN', 'positions': 'learned'"))
        .isEqualTo(sizes().build())
        .isEqualTo(
            new ToyConfig(
                2,
                4,
                24,
                6,
                0,
                10,
                40,
                Activation.RELU,
                NormKind.LAYER_NORM,
                1e-5,
                true,
                false,
                false,
                PositionKind.LEARNED,
                0,
                0));
    assertThat(read("'normalization': 'none', 'positions': 'rotary'"))
        .isEqualTo(sizes().withoutNorms().rotary(6, 10_000).build());
  }

  @Test
  void everyKeyIsHonoured() throws IOException {
    assertThat(
            read(
                "'d_mlp': 9, 'act_fn': 'solu_ln', 'normalization': 'none', 'eps': 0.5, 'biases': false,"
                    + " 'smeared_keys': true, 'tied': true, 'positions': 'rotary', 'rotary_dim': 4, 'rotary_base': 500"))
        .isEqualTo(
            sizes()
                .mlp(9, Activation.SOLU_LN)
                .withoutNorms()
                .normEpsilon(0.5)
                .withoutBiases()
                .smearedKeys()
                .tied()
                .rotary(4, 500)
                .build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'positions': 'learned' | the key 'normalization' is missing",
        "'normalization': 'LN' | the key 'positions' is missing",
        "'normalization': 'RMS', 'positions': 'learned' | normalization is 'RMS', which is not supported; supported: one of [LN, none]",
        "'normalization': 'LN', 'positions': 'alibi' | positions is 'alibi', which is not supported; supported: one of [learned, none, rotary, shortformer]",
        "'normalization': 'LN', 'positions': 'none', 'd_mlp': 8 | the key 'act_fn' is missing",
        "'normalization': 'LN', 'positions': 'none', 'act_fn': 'silu' | act_fn is 'silu', which is not supported; supported: one of [gelu, gelu_new, relu, solu, solu_ln]",
        "'normalization': 'LN', 'positions': 'none', 'd_mlp': -1 | d_mlp is -1, expected a whole number from 0",
        "'normalization': 'LN', 'positions': 'none', 'n_layers': 0.0 | n_layers is 0.0, expected a whole number",
        "'normalization': 'LN', 'positions': 'none', 'rotary_dim': 4 | rotary_dim is 4, which only positions 'rotary' have (positions is 'none')",
        "'normalization': 'LN', 'positions': 'rotary', 'rotary_dim': 5 | 5 coordinates of a head would be rotated, expected an even number up to its width (d_head 6)",
        "'normalization': 'LN', 'positions': 'rotary', 'rotary_dim': 8 | 8 coordinates of a head would be rotated",
        "'normalization': 'LN', 'positions': 'none', 'eps': 0 | eps is 0, expected a number above 0",
        "'normalization': 'LN', 'positions': 'none', 'tied': 'yes' | tied is \"yes\", expected true or false",
        "'normalization': 'LN', 'positions': 'none', 'tie_word_embeddings': true | the key 'tie_word_embeddings' is not known",
        "'normalization': 'LN', 'positions': 'none', 'attention_dir': 'bidirectional' | the key 'attention_dir' is not known",
      })
  void aKeyIsRefusedByName(String keys, String reason) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(keys))
        .withMessageContaining(reason)
        .withMessageContaining("config.json");
  }

  @Test
  void anotherFamilysFileIsRefused() {
    Path gpt2 = GoldenModels.folder("gpt2").resolve("config.json");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ToyConfig.read(gpt2))
        .withMessageEndingWith(
            "model_type is 'gpt2', which is not supported; supported: one of [microtome_toy]");
  }

  @Test
  void sizesOutOfRangeAreNamed() {
    refused(ToyConfig.builder(5, 5), "nLayers is -1, expected a whole number from 0 to 10000");
    refused(sizes().width(0), "dModel is 0, expected a whole number from 1 to 16777216");
    refused(sizes().rotary(7, 10), "rotaryDim is 7, expected an even number from 2 to dHead 6");
    refused(sizes().rotary(4, 0), "rotaryBase is 0.0, expected a number above 0");
    refused(
        sizes().positions(PositionKind.ROTARY),
        "rotaryDim is 0, expected an even number from 2 to dHead 6");
    refused(sizes().normEpsilon(0), "normEpsilon is 0.0, expected a number above 0");
    refused(sizes().mlp(4, Activation.SILU), "activation is SILU, which toy models do not have");
  }

  @Test
  void aTiedModelDoesNotStoreItsUnembedding() {
    RandomToy untied = RandomToy.of(sizes().build(), new SplittableRandom(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToyFiles.writeTensors(folder, sizes().tied().build(), untied.tensors()))
        .withMessage("'unembed.W_U' is not one of the model's");
    untied.tensors().remove("blocks.1.attn.W_K");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToyFiles.writeTensors(folder, sizes().build(), untied.tensors()))
        .withMessage("'blocks.1.attn.W_K' is missing");
    untied.tensors().put("blocks.1.attn.W_K", new float[5]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToyFiles.writeTensors(folder, sizes().build(), untied.tensors()))
        .withMessage("'blocks.1.attn.W_K' has 5 values, expected 576");
  }

  private static void refused(ToyConfig.Builder config, String message) {
    assertThatIllegalArgumentException().isThrownBy(config::build).withMessage(message);
  }

  private static ToyConfig.Builder sizes() {
    return ToyConfig.builder(40, 10).layers(2).width(24).heads(4, 6);
  }

  private ToyConfig read(String keys) throws IOException {
    Path file = folder.resolve("config.json");
    String json = "{" + SIZES + "}";
    // A key given twice would be refused: what a test says goes before the sizes' own.
    for (String key : new String[] {"d_mlp", "n_layers"}) {
      if (keys.contains("'" + key + "'")) {
        json = json.replaceFirst("'" + key + "': \\d+, ", "");
      }
    }
    String whole = json.substring(0, json.length() - 1) + ", " + keys + "}";
    Files.writeString(file, whole.replace('\'', '"'));
    return ToyConfig.read(file);
  }
}
