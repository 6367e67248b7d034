package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBatchTest {
  @Test
  void shorterRowsArePaddedOnTheRight() {
    TokenBatch batch = TokenBatch.of(new int[] {5, 6}, new int[] {7, 8, 9});
    assertThat(batch.length()).isEqualTo(3);
    assertThat(batch.tokenCount()).isEqualTo(5);
    assertThat(batch.paddedTokens()).containsExactly(5, 6, 0, 7, 8, 9);
    assertThat(batch.present()).containsExactly(true, true, false, true, true, true);
  }

  @Test
  void laterChangesOfTheArraysGivenAreNotSeen() {
    int[] row = {1, 2};
    TokenBatch batch = TokenBatch.of(row);
    row[0] = 9;
    batch.tokens(0)[1] = 9;
    assertThat(batch.tokens(0)).containsExactly(1, 2);
  }

  @Test
  void emptyBatchesAndSequencesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenBatch.of(List.of()))
        .withMessage("A batch needs at least one sequence");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenBatch.of(new int[] {1}, new int[0]))
        .withMessage("Sequence 1 is empty");
  }

  @Test
  void tokenTypesMustBeAsManyAsTokens() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TokenBatch.withTokenTypes(List.of(new int[] {1, 2}), List.of(new int[] {0})))
        .withMessage("Sequence 0 has 2 tokens and 1 token types");
  }
}
