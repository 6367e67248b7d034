package dev.microtome.jobs.reproduce;

import dev.microtome.dynamics.Series;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.RepeatPredictionRow;
import dev.microtome.heads.TrainingSlopeRow;
import dev.microtome.model.HeadIndex;
import dev.microtome.run.InputException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What the tables of {@code induction-heads} say of one model's training.
 *
 * @param inductionHead the head with the highest prefix-matching score at the last checkpoint
 * @param accuracy on tokens of the second and later repetitions of random segments
 * @param inContextScore of held-out sequences, in nats
 * @param prefixMatching of the induction head
 * @param loss of held-out sequences, in nats
 * @param lossSlope derivative of that by the logarithm of the step
 */
record LearntInduction(
    String model,
    HeadIndex inductionHead,
    Series accuracy,
    Series inContextScore,
    Series prefixMatching,
    Series loss,
    Series lossSlope) {

  static LearntInduction of(RunTables tables, String step, String model) {
    List<HeadScoreRow> scores =
        tables.rows(step, "head_scores", HeadScoreRow.class).stream()
            .filter(row -> row.model().equals(model))
            .filter(row -> row.score().equals(HeadScore.PREFIX_MATCHING.label()))
            .toList();
    HeadIndex head = best(scores, row -> true);
    List<InContextRow> inContext = tables.rows(step, "in_context_learning", InContextRow.class);
    List<TrainingSlopeRow> slopes =
        tables.rows(step, "training_slopes", TrainingSlopeRow.class).stream()
            .filter(row -> row.metric().equals("loss") && row.step() > 0)
            .toList();
    return new LearntInduction(
        model,
        head,
        series(
            model,
            "accuracy",
            tables.rows(step, "repeat_predictions", RepeatPredictionRow.class).stream()
                .filter(row -> row.repetition() > 1)
                .toList(),
            RepeatPredictionRow::model,
            RepeatPredictionRow::step,
            RepeatPredictionRow::accuracy),
        series(
            model,
            "in-context-learning score",
            inContext,
            InContextRow::model,
            InContextRow::step,
            InContextRow::score),
        series(
            model,
            "prefix matching",
            scores.stream()
                .filter(row -> row.layer() == head.layer() && row.head() == head.head())
                .toList(),
            HeadScoreRow::model,
            HeadScoreRow::step,
            HeadScoreRow::value),
        series(
            model, "loss", inContext, InContextRow::model, InContextRow::step, InContextRow::loss),
        series(
            model,
            "slope of the loss",
            slopes,
            TrainingSlopeRow::model,
            TrainingSlopeRow::step,
            TrainingSlopeRow::derivativeByLogStep));
  }

  /** The head with the highest score at the last checkpoint, among some of the rows. */
  static HeadIndex best(List<HeadScoreRow> scores, Predicate<HeadScoreRow> among) {
    long last = scores.stream().mapToLong(HeadScoreRow::step).max().orElse(0);
    return scores.stream()
        .filter(row -> row.step() == last)
        .filter(among)
        .max(Comparator.comparingDouble(HeadScoreRow::value))
        .map(row -> new HeadIndex(row.layer(), row.head()))
        .orElseThrow(() -> new InputException("No head has such a score"));
  }

  private static <R> Series series(
      String model,
      String name,
      List<R> rows,
      Function<R, String> models,
      ToLongFunction<R> steps,
      ToDoubleFunction<R> values) {
    Series found = Series.byModel(name, rows, models, steps, values).get(model);
    if (found == null) {
      throw new InputException("No checkpoint has a value of %s of %s".formatted(name, model));
    }
    return found;
  }
}
