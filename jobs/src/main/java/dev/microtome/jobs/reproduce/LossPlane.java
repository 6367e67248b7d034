package dev.microtome.jobs.reproduce;

import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.dynamics.Trajectory;
import dev.microtome.run.InputException;
import java.util.List;
import java.util.TreeMap;

/**
 * The plane of the first two components of {@code loss-pca}, all models in it.
 *
 * @param explained shares of the variance that each component explains
 */
record LossPlane(List<LossPcaRow> scores, List<Double> explained) {

  static LossPlane of(RunTables tables, String step) {
    return new LossPlane(
        tables.rows(step, "loss_pca", LossPcaRow.class).stream()
            .filter(row -> row.component() < 2)
            .toList(),
        tables.rows(step, "loss_pca_components", LossPcaComponentRow.class).stream()
            .map(LossPcaComponentRow::explainedVarianceRatio)
            .toList());
  }

  /** The path of one model, step 0 left out as on every logarithmic axis. */
  Trajectory trajectory(String model) {
    TreeMap<Long, double[]> points = new TreeMap<>();
    for (LossPcaRow row : scores) {
      if (row.model().equals(model) && row.step() > 0) {
        points.computeIfAbsent(row.step(), step -> new double[2])[row.component()] = row.score();
      }
    }
    if (points.isEmpty()) {
      throw new InputException("The PCA has no checkpoints of model '%s'".formatted(model));
    }
    return new Trajectory(
        points.keySet().stream().mapToLong(Long::longValue).toArray(),
        List.copyOf(points.values()));
  }
}
