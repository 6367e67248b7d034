package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.run.InputException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenLossTest {
  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "gptj", "opt-postnorm"})
  void changesOfTheLogitsAreCounted(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = TokenBatch.of(new int[] {5, 3, 8, 1}, new int[] {4, 4});
      ForwardPass uniform =
          ForwardPass.builder()
              .intervene(Intervention.zero(HookPoint.of(HookSite.UNEMBED_OUT), Slice.all()))
              .build();
      ForwardPass same =
          ForwardPass.builder()
              .intervene(Intervention.scale(HookPoint.of(HookSite.LOGITS), Slice.all(), 1))
              .build();

      float[][] ofUniform = TokenLoss.nextToken(model, batch, uniform, manager);
      float[][] ofSame = TokenLoss.nextToken(model, batch, same, manager);
      float[][] clean = TokenLoss.nextToken(model, batch, manager);

      assertThat(ofUniform[0]).hasSize(3);
      for (int row = 0; row < 2; row++) {
        for (int i = 0; i < clean[row].length; i++) {
          assertThat((double) ofUniform[row][i])
              .isCloseTo(Math.log(model.config().dVocab()), within(1e-5));
          assertThat((double) ofSame[row][i]).isCloseTo(clean[row][i], within(1e-5));
        }
      }
    }
  }

  @Test
  void aSequenceOfOneTokenHasNoLoss() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager)) {
      assertThat(TokenLoss.nextToken(model, TokenBatch.of(new int[] {5}), manager))
          .isEqualTo(new float[][] {{}});
    }
  }

  @Test
  void whatHasNoLossIsRefused() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer bert = GoldenModel.open("bert").load(manager)) {
      TokenBatch batch = TokenBatch.of(new int[] {5, 6});
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> TokenLoss.nextToken(bert, batch, manager))
          .withMessage("next-token loss of a bert model, which sees the next token: use labels");
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> TokenLoss.labelled(bert, batch, List.of(new int[] {1, 110}), manager))
          .withMessage("label 110 of row 0: the model's vocabulary is 0 to 109");
    }
  }
}
