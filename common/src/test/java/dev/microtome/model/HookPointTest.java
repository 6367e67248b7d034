package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.run.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookPointTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "hook_embed", "blocks.0.mlp.hook_post", "blocks.11.attn.hook_attn_scores",
            "blocks.7.ln1.hook_normalized",
        "embed.ln.hook_scale", "ln_final.hook_normalized", "unembed.hook_out", "logits"
      })
  void addressesReadBackLetterForLetter(String address) {
    assertThat(HookPoint.parse(address).address()).isEqualTo(address);
    assertThat(HookPoint.parse(address)).hasToString(address);
  }

  @Test
  void misspeltAddressesAreRefusedWithTheNearest() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> HookPoint.parse("blocks.3.mlp.hook_pots"))
        .withMessage(
            "hook 'blocks.3.mlp.hook_pots': unknown; nearest: blocks.3.mlp.hook_post, blocks.3.mlp.hook_pre,"
                + " blocks.3.mlp.hook_mid");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blocks.-1.mlp.hook_post",
        "blocks.01.mlp.hook_post",
        "blocks.*.mlp.hook_post",
        "",
        "mlp.hook_post"
      })
  void whatIsNotAnAddressIsRefused(String text) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> HookPoint.parse(text))
        .withMessageStartingWith("hook '%s': unknown; nearest: ", text);
  }

  @Test
  void sitesInsideBlocksNeedALayer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HookPoint.of(HookSite.PATTERN))
        .withMessage("layer -1 of blocks.*.attn.hook_pattern");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HookPoint.of(2, HookSite.EMBED))
        .withMessage("layer 2 of hook_embed");
  }

  @Test
  void pointsAreStringsInJson() throws Exception {
    ObjectMapper json = new ObjectMapper();
    HookPoint point = HookPoint.parse("blocks.4.hook_attn_out");
    assertThat(json.writeValueAsString(point)).isEqualTo("\"blocks.4.hook_attn_out\"");
    assertThat(json.readValue("\"blocks.4.hook_attn_out\"", HookPoint.class)).isEqualTo(point);
  }
}
