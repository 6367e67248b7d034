package dev.microtome.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.linalg.Matrix;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossColumnsTest {
  private static final ModelStep A = new ModelStep("a", 1);
  private static final ModelStep B = new ModelStep("b", 0);

  private final LossColumns columns = new LossColumns(List.of(A, B));

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void theOrderOfRowsDoesNotMatter(long seed) {
    List<TokenLossRow> rows = new ArrayList<>();
    for (ModelStep checkpoint : List.of(A, B)) {
      for (long id : new long[] {7, -3}) {
        for (int position = 1; position <= 40; position += 3) {
          rows.add(row(checkpoint, id, position, (float) (position + checkpoint.step())));
        }
      }
    }
    Collections.shuffle(rows, new Random(seed));
    rows.forEach(row -> columns.add(row, "f"));

    List<LossColumnRow> found = all(new TokenSelection.All());
    assertThat(found).hasSize(28);
    assertThat(found.get(0).sequenceId()).isEqualTo(-3);
    assertThat(found.get(1).position()).isEqualTo(4);
    assertThat(found.get(1).tokenId()).isEqualTo(104);
    assertThat(found.get(27).sequenceId()).isEqualTo(7);
    assertThat(LossColumnRow.block(found.subList(0, 3), 2))
        .isEqualTo(Matrix.of(2, 3, 2, 5, 8, 1, 4, 7));
  }

  @Test
  void oneTokenOfEachSequenceIsDrawnEvenlyAndByTheSeedAlone() {
    List<Integer> tokens = List.of(0, 1, 2, 3);
    int[] drawn = new int[4];
    int moved = 0;
    for (long id = 0; id < 4000; id++) {
      int token = new TokenSelection.OnePerSequence(5).choose(id, tokens).get(0);
      assertThat(new TokenSelection.OnePerSequence(5).choose(id, tokens)).containsExactly(token);
      drawn[token]++;
      moved += new TokenSelection.OnePerSequence(6).choose(id, tokens).get(0) == token ? 0 : 1;
    }
    for (int count : drawn) {
      assertThat(count).isBetween(880, 1120); // 1000 ± 4 standard deviations of 27
    }
    assertThat(moved).isBetween(2880, 3120);
    assertThat(new TokenSelection.OnePerSequence(5).choose(1, List.of())).isEmpty();
  }

  @Test
  void refusesALossThatIsMissingThoughItsTokenIsNotChosen() {
    columns.add(row(A, 0, 1, 1), "first");
    columns.add(row(B, 0, 1, 1), "second");
    columns.add(row(B, 0, 2, 1), "second");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> all(new TokenSelection.OnePerSequence(0)))
        .withMessage(
            "model 'a', step 1 has no loss of sequence_id 0, position 2, which second has for another checkpoint");
  }

  @Test
  void refusesWhatIsNotALossOfTheSameTokens() {
    columns.add(row(A, 0, 1, 1), "first");
    refuses(
        row(A, 0, 1, 2),
        "second: the loss of model 'a', step 1, sequence_id 0, position 1 comes twice");
    refuses(
        new TokenLossRow("b", 0, 0, 1, 9, 1),
        "second: model 'b', step 0, sequence_id 0, position 1 has token_id 9, but first has 101: these are losses of different tokens");
    refuses(
        row(new ModelStep("b", 3), 0, 1, 1),
        "second: model 'b', step 3 has losses of sequence_id 0, but none of the first sequence");
    refuses(
        row(A, 4, 1, Float.NaN),
        "second: the loss of model 'a', step 1, sequence_id 4, position 1 is NaN, expected a finite number");
    refuses(row(A, 4, 0, 1), "second: sequence_id 4 has position 0, expected 1 to 16777216");
  }

  private void refuses(TokenLossRow row, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> columns.add(row, "second"))
        .withMessage(message);
  }

  private List<LossColumnRow> all(TokenSelection selection) {
    List<LossColumnRow> found = new ArrayList<>();
    columns.forEach(selection, found::add);
    return found;
  }

  private static TokenLossRow row(ModelStep checkpoint, long id, int position, float loss) {
    return new TokenLossRow(
        checkpoint.model(), checkpoint.step(), id, position, 100 + position, loss);
  }
}
