package dev.microtome.jobs.reproduce;

import dev.microtome.heads.HeadSetAblationRow;
import dev.microtome.run.InputException;
import java.util.Comparator;
import java.util.List;

/**
 * What is left of one checkpoint's in-context learning without the heads that a score found, and
 * without as many others.
 *
 * @param unchanged in-context-learning score of the whole model, in nats
 * @param found the heads with the highest prefix-matching scores
 * @param removed share of the score that goes with them
 * @param controls shares that go with each of the other sets, ascending
 */
record Knockouts(
    String model,
    String ablation,
    double unchanged,
    List<String> found,
    double removed,
    List<Control> controls) {

  /** One set of other heads. */
  record Control(List<String> heads, double removed) {}

  static Knockouts of(RunTables tables, String step, String model, String ablation) {
    List<HeadSetAblationRow> rows =
        tables.rows(step, "head_set_ablations", HeadSetAblationRow.class).stream()
            .filter(row -> row.model().equals(model) && row.ablation().equals(ablation))
            .filter(row -> row.metric().equals("in_context_learning_score"))
            .toList();
    long last = rows.stream().mapToLong(HeadSetAblationRow::step).max().orElse(0);
    List<HeadSetAblationRow> ofLast = rows.stream().filter(row -> row.step() == last).toList();
    HeadSetAblationRow found =
        ofLast.stream()
            .filter(row -> !row.chosenBy().equals("control"))
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "No heads of model '%s' were knocked out by %s"
                            .formatted(model, ablation)));
    double unchanged = found.value() - found.change();
    return new Knockouts(
        model,
        ablation,
        unchanged,
        found.heads(),
        -found.change() / unchanged,
        ofLast.stream()
            .filter(row -> row.chosenBy().equals("control"))
            .map(row -> new Control(row.heads(), -row.change() / unchanged))
            .distinct()
            .sorted(Comparator.comparingDouble(Control::removed))
            .toList());
  }

  Control largestControl() {
    return controls.get(controls.size() - 1);
  }
}
