package dev.microtome.jobs.report;

import dev.microtome.dynamics.Series;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.RepeatPredictionRow;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the tables of {@code induction-heads} say of each model's training, by the model's name.
 *
 * @param accuracy on tokens of the second and later repetitions of random segments
 * @param loss of held-out sequences, in nats; empty where it was not measured
 * @param score of in-context learning, in nats; empty likewise
 * @param matching prefix matching of the head with the highest one at the last checkpoint
 */
record Learning(
    NavigableMap<String, Series> accuracy,
    NavigableMap<String, Series> loss,
    NavigableMap<String, Series> score,
    NavigableMap<String, Series> matching) {
  /** A smaller gain of accuracy is no jump. */
  static final double JUMP = 0.5;

  static Learning of(ReportTables tables) throws IOException {
    List<RepeatPredictionRow> predictions =
        tables.rows("repeat_predictions", RepeatPredictionRow.class, row -> row.repetition() > 1);
    List<InContextRow> context =
        tables.has("in_context_learning")
            ? tables.rows("in_context_learning", InContextRow.class)
            : List.of();
    return new Learning(
        Series.byModel(
            "accuracy",
            predictions,
            RepeatPredictionRow::model,
            RepeatPredictionRow::step,
            RepeatPredictionRow::accuracy),
        Series.byModel(
            "loss", context, InContextRow::model, InContextRow::step, InContextRow::loss),
        Series.byModel(
            "in-context score",
            context,
            InContextRow::model,
            InContextRow::step,
            InContextRow::score),
        bestHeads(tables));
  }

  private static NavigableMap<String, Series> bestHeads(ReportTables tables) throws IOException {
    List<HeadScoreRow> rows =
        tables.rows(
            "head_scores",
            HeadScoreRow.class,
            row -> row.score().equals(HeadScore.PREFIX_MATCHING.label()));
    Map<String, HeadScoreRow> best = new TreeMap<>();
    Comparator<HeadScoreRow> later =
        Comparator.comparingLong(HeadScoreRow::step).thenComparingDouble(HeadScoreRow::value);
    for (HeadScoreRow row : rows) {
      best.merge(row.model(), row, (one, other) -> later.compare(other, one) > 0 ? other : one);
    }
    return Series.byModel(
        "prefix matching",
        rows.stream()
            .filter(
                row ->
                    row.layer() == best.get(row.model()).layer()
                        && row.head() == best.get(row.model()).head())
            .toList(),
        HeadScoreRow::model,
        HeadScoreRow::step,
        HeadScoreRow::value);
  }

  /**
   * The step at which half of the gain of accuracy is reached, of a model that gained at least
   * {@link #JUMP}.
   */
  Optional<Double> jump(String model) {
    Series series = accuracy.get(model);
    boolean curve = series != null && series.values().tailMap(0L, false).size() > 1;
    return curve
            && series.last() - series.values().tailMap(0L, false).firstEntry().getValue() >= JUMP
        ? Optional.of(series.transition().middle())
        : Optional.empty();
  }
}
