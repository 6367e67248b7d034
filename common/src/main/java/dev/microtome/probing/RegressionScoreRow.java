package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;
import java.util.ArrayList;
import java.util.List;

/** A row of the table {@code regression_scores}: how well a number is read from a hook point. */
public record RegressionScoreRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "layer of the hook point, from 0; -1 outside of the blocks") int layer,
    @Column(doc = "the concept") String concept,
    @Column(doc = "the number of the concept") String target,
    @Column(doc = "rows the regression was fitted to", unit = "rows") long trainRows,
    @Column(doc = "rows of other sequences that it was scored on", unit = "rows") long testRows,
    @Column(doc = "1 - sum of squared errors over that of the scored rows' mean") double r2,
    @Column(doc = "root of the mean squared error, in the number's unit")
        double rootMeanSquaredError,
    @Column(doc = "ridge chosen, a share of the mean squared activation from their mean")
        double ridge) {
  public static final TableSpec<RegressionScoreRow> TABLE =
      TableSpec.of(
          "regression_scores",
          RegressionScoreRow.class,
          "One number of one concept at one hook point, predicted for sequences not fitted to.");

  /** The rows of a regression. */
  public static List<RegressionScoreRow> of(
      String hook,
      String concept,
      List<String> targets,
      long trainRows,
      long testRows,
      ProbeTrainer.Regression fitted) {
    List<RegressionScoreRow> rows = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      rows.add(
          new RegressionScoreRow(
              hook,
              ProbeScoreRow.layer(hook),
              concept,
              targets.get(i),
              trainRows,
              testRows,
              fitted.r2().get(i),
              fitted.meanSquares().get(i),
              fitted.ridge()));
    }
    return rows;
  }
}
