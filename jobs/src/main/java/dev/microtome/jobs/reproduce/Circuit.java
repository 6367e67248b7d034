package dev.microtome.jobs.reproduce;

import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.circuits.CompositionRow;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.model.HeadIndex;
import dev.microtome.run.InputException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The induction circuit of a model's last checkpoint: which heads, and what their weights say.
 *
 * @param previousTokenHead head of the first layer with the highest previous-token score
 * @param inductionHead head of a later layer with the highest prefix-matching score
 * @param keyComposition of both
 * @param rank of that among the K-composition of all pairs, 1 being the largest
 * @param pairs how many pairs there are
 * @param means mean composition of all pairs by kind: Q, K and V
 * @param meansAtFirst the same at the first checkpoint, of random weights
 * @param copying eigenvalue score of the induction head's full OV circuit, in [−1, 1]
 */
record Circuit(
    String model,
    HeadIndex previousTokenHead,
    double previousTokenScore,
    HeadIndex inductionHead,
    double keyComposition,
    int rank,
    int pairs,
    Map<String, Double> means,
    Map<String, Double> meansAtFirst,
    double copying) {

  static Circuit of(RunTables tables, String heads, String framework, String model) {
    List<HeadScoreRow> scores =
        tables.rows(heads, "head_scores", HeadScoreRow.class).stream()
            .filter(row -> row.model().equals(model))
            .toList();
    HeadIndex previous =
        LearntInduction.best(
            scores,
            row -> row.layer() == 0 && row.score().equals(HeadScore.PREVIOUS_TOKEN.label()));
    HeadIndex induction =
        LearntInduction.best(
            scores,
            row -> row.layer() > 0 && row.score().equals(HeadScore.PREFIX_MATCHING.label()));
    long last = scores.stream().mapToLong(HeadScoreRow::step).max().orElse(0);
    List<CompositionRow> compositions =
        tables.rows(framework, "composition", CompositionRow.class).stream()
            .filter(row -> row.model().equals(model))
            .toList();
    List<CompositionRow> pairs =
        compositions.stream().filter(row -> row.step() == last && row.kind().equals("K")).toList();
    CompositionRow pair =
        pairs.stream()
            .filter(
                row ->
                    new HeadIndex(row.firstLayer(), row.firstHead()).equals(previous)
                        && new HeadIndex(row.secondLayer(), row.secondHead()).equals(induction))
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "No composition of heads %s and %s of model '%s', step %d"
                            .formatted(previous, induction, model, last)));
    return new Circuit(
        model,
        previous,
        value(scores, last, previous, HeadScore.PREVIOUS_TOKEN.label()),
        induction,
        pair.value(),
        1 + (int) pairs.stream().filter(row -> row.value() > pair.value()).count(),
        pairs.size(),
        means(compositions, last),
        means(compositions, 0),
        copying(tables, framework, model, last, induction));
  }

  private static double value(List<HeadScoreRow> scores, long step, HeadIndex head, String score) {
    return scores.stream()
        .filter(row -> row.step() == step && row.score().equals(score))
        .filter(row -> new HeadIndex(row.layer(), row.head()).equals(head))
        .mapToDouble(HeadScoreRow::value)
        .findFirst()
        .orElseThrow();
  }

  private static double copying(
      RunTables tables, String framework, String model, long step, HeadIndex head) {
    return tables.rows(framework, "circuit_scores", CircuitScoreRow.class).stream()
        .filter(row -> row.model().equals(model) && row.step() == step)
        .filter(row -> row.score().equals("full_ov_copying"))
        .filter(row -> new HeadIndex(row.layer(), row.head()).equals(head))
        .mapToDouble(CircuitScoreRow::value)
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Double> means(List<CompositionRow> compositions, long step) {
    return compositions.stream()
        .filter(row -> row.step() == step)
        .collect(
            Collectors.groupingBy(
                CompositionRow::kind, Collectors.averagingDouble(CompositionRow::value)));
  }
}
