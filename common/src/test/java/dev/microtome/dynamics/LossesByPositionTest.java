package dev.microtome.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import dev.microtome.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossesByPositionTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void anySplitIntoPartsMergesToTheWhole(long seed) {
    Random random = new Random(seed);
    List<float[]> losses = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      float[] sequence = new float[random.nextInt(12)];
      for (int j = 0; j < sequence.length; j++) {
        sequence[j] = (float) (8 + random.nextGaussian());
      }
      losses.add(sequence);
    }
    LossesByPosition parts = new LossesByPosition();
    for (int from = 0; from < losses.size(); ) {
      int to = Math.min(losses.size(), from + 1 + random.nextInt(50));
      LossesByPosition.moments("m", 3, losses.subList(from, to)).forEach(parts::merge);
      from = to;
    }
    LossesByPosition whole = new LossesByPosition();
    LossesByPosition.moments("m", 3, losses).forEach(whole::merge);

    assertThat(parts.rows()).hasSize(11).hasSameSizeAs(whole.rows());
    for (int i = 0; i < 11; i++) {
      LossByPositionRow merged = parts.rows().get(i);
      LossByPositionRow expected = whole.rows().get(i);
      int position = i + 1;
      assertThat(merged.position()).isEqualTo(position);
      assertThat(merged.count())
          .isEqualTo(losses.stream().filter(each -> each.length >= position).count())
          .isEqualTo(expected.count());
      assertThat(merged.meanLoss())
          .isCloseTo(expected.meanLoss(), within(1e-12 * expected.meanLoss()));
      assertThat(merged.standardError())
          .isCloseTo(expected.standardError(), within(1e-12 * expected.standardError()));
    }
  }

  @Test
  void checkpointsAreKeptApartInTheOrderTheyCame() {
    LossesByPosition losses = new LossesByPosition();
    List<float[]> one = List.of(new float[] {2, 4});
    LossesByPosition.moments("b", 1, one).forEach(losses::merge);
    LossesByPosition.moments("a", 1, one).forEach(losses::merge);
    LossesByPosition.moments("a", 2, one).forEach(losses::merge);

    assertThat(losses.rows())
        .extracting(row -> row.model() + row.step() + " " + row.position() + " " + row.meanLoss())
        .containsExactly("b1 1 2.0", "b1 2 4.0", "a1 1 2.0", "a1 2 4.0", "a2 1 2.0", "a2 2 4.0");
    assertThat(losses.rows().get(0).standardError()).isNaN();
  }

  @Test
  void aSequenceMayHaveNoMoreThanOneTokenUnlessPositionsAreAskedFor() {
    TokenSequence single = new TokenSequence(7, new int[] {1});
    new LossSettings(0, 8).requireLongEnough(single);
    assertThat(new LossSettings(0, 8).predicted(1)).isZero();
    assertThat(new LossSettings(0, 8).predicted(9)).isEqualTo(8);
    assertThat(new LossSettings(5, 8).predicted(9)).isEqualTo(5);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> new LossSettings(1, 8).requireLongEnough(single))
        .withMessage("sequence 7 has 1 tokens, positions = 1 needs 2");
  }
}
