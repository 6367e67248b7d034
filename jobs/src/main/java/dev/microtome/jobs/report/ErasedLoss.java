package dev.microtome.jobs.report;

import dev.microtome.dynamics.LossByPositionRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What erasing costs a model: the mean loss of the same tokens under its last checkpoint, as it is
 * and with the erasers applied during the pass.
 *
 * @param before nats a token
 * @param after nats a token
 * @param tokens that were predicted
 */
record ErasedLoss(String model, long step, double before, double after, long tokens) {
  /** Names of the two tables, both {@code loss_by_position}, among those of the page. */
  static final String BEFORE = "loss_as_it_is";

  static final String AFTER = "loss_erased";

  /** A mean over positions. */
  private record Mean(double loss, long tokens) {
    static Mean of(List<LossByPositionRow> rows) {
      long tokens = rows.stream().mapToLong(LossByPositionRow::count).sum();
      double sum = rows.stream().mapToDouble(row -> row.meanLoss() * row.count()).sum();
      return new Mean(sum / tokens, tokens);
    }
  }

  /** That of every model that both tables have; none where they are not given. */
  static List<ErasedLoss> of(ReportTables tables) throws IOException {
    if (!tables.has(BEFORE) || !tables.has(AFTER)) {
      return List.of();
    }
    Map<String, List<LossByPositionRow>> before = lastSteps(tables, BEFORE);
    Map<String, List<LossByPositionRow>> after = lastSteps(tables, AFTER);
    List<ErasedLoss> losses = new ArrayList<>();
    before.forEach(
        (model, rows) -> {
          List<LossByPositionRow> erased = after.getOrDefault(model, List.of());
          if (!erased.isEmpty() && erased.get(0).step() == rows.get(0).step()) {
            Mean one = Mean.of(rows);
            Mean other = Mean.of(erased);
            if (one.tokens() == other.tokens()) {
              losses.add(
                  new ErasedLoss(
                      model, rows.get(0).step(), one.loss(), other.loss(), one.tokens()));
            }
          }
        });
    return losses;
  }

  private static Map<String, List<LossByPositionRow>> lastSteps(ReportTables tables, String name)
      throws IOException {
    Map<String, List<LossByPositionRow>> byModel = new TreeMap<>();
    for (LossByPositionRow row : tables.rows(name, LossByPositionRow.class)) {
      byModel.computeIfAbsent(row.model(), unused -> new ArrayList<>()).add(row);
    }
    byModel.replaceAll(
        (model, rows) -> {
          long last = rows.stream().mapToLong(LossByPositionRow::step).max().orElseThrow();
          return rows.stream().filter(row -> row.step() == last).toList();
        });
    return byModel;
  }
}
