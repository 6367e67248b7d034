package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSlopeRowTest {
  @Test
  void everySeriesHasSlopesOfItsOwnWhateverTheOrderOfTheRows() {
    List<InContextRow> rows = new ArrayList<>();
    for (long step : new long[] {40, 10, 20}) {
      rows.add(row("b", step, 8 - 0.5 * Math.log((double) step), -0.25 * Math.log((double) step)));
    }
    rows.add(row("a", 7, 3, -1));

    List<TrainingSlopeRow> slopes = TrainingSlopeRow.of(rows);

    assertThat(slopes).hasSize(4 * 4);
    assertThat(slopes.subList(0, 4))
        .allSatisfy(
            each -> {
              assertThat(each.model()).isEqualTo("a");
              assertThat(each.derivativeByLogStep()).isNaN();
            });
    List<TrainingSlopeRow> losses = slopes.subList(4, 7);
    assertThat(losses).extracting(TrainingSlopeRow::step).containsExactly(10L, 20L, 40L);
    assertThat(losses)
        .allSatisfy(
            each -> {
              assertThat(each.metric()).isEqualTo("loss");
              assertThat(each.value()).isEqualTo(8 - 0.5 * Math.log((double) each.step()));
              assertThat(each.derivativeByLogStep()).isCloseTo(-0.5, within(1e-12));
            });
    assertThat(slopes.subList(13, 16))
        .allSatisfy(
            each -> {
              assertThat(each.metric()).isEqualTo("in_context_learning_score");
              assertThat(each.derivativeByLogStep()).isCloseTo(-0.25, within(1e-12));
            });
  }

  private static InContextRow row(String model, long step, double loss, double score) {
    return new InContextRow(model, step, 50, 500, loss, loss + 1, loss + 1 + score, score, score);
  }
}
