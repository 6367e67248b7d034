package dev.microtome.heads;

import dev.microtome.table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** How a metric of a series of checkpoints changes with the logarithm of the training. */
public record TrainingSlopeRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "loss (of all tokens), early_loss, late_loss or in_context_learning_score")
        String metric,
    @Column(doc = "the metric at the checkpoint", unit = "nats") double value,
    @Column(
            doc =
                "derivative of the metric by the logarithm of the step, which with as many tokens in every step is the one by the logarithm"
                    + " of training tokens: slope between the checkpoints before and after, at an end between the end and its neighbour; NaN"
                    + " at step 0 and for a single checkpoint",
            unit = "nats")
        double derivativeByLogStep) {

  /** Rows of all checkpoints of any number of series, by model, metric and step. */
  public static List<TrainingSlopeRow> of(List<InContextRow> checkpoints) {
    List<TrainingSlopeRow> rows = new ArrayList<>();
    checkpoints.stream()
        .collect(Collectors.groupingBy(InContextRow::model, TreeMap::new, Collectors.toList()))
        .values()
        .forEach(
            series -> {
              rows.addAll(of(series, "loss", InContextRow::loss));
              rows.addAll(of(series, "early_loss", InContextRow::earlyLoss));
              rows.addAll(of(series, "late_loss", InContextRow::lateLoss));
              rows.addAll(of(series, "in_context_learning_score", InContextRow::score));
            });
    return rows;
  }

  private static List<TrainingSlopeRow> of(
      List<InContextRow> checkpoints, String metric, ToDoubleFunction<InContextRow> value) {
    List<InContextRow> series =
        checkpoints.stream().sorted(Comparator.comparingLong(InContextRow::step)).toList();
    double[] values = series.stream().mapToDouble(value).toArray();
    double[] slopes =
        LogDerivative.of(series.stream().mapToDouble(InContextRow::step).toArray(), values);
    List<TrainingSlopeRow> rows = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      InContextRow checkpoint = series.get(i);
      rows.add(
          new TrainingSlopeRow(
              checkpoint.model(), checkpoint.step(), metric, values[i], slopes[i]));
    }
    return rows;
  }
}
