package dev.microtome.training;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code training}: one step of one model. */
public record TrainingRow(
    @Column(doc = "name of the model") String model,
    @Column(doc = "updates done, this one included", unit = "steps") long step,
    @Column(doc = "tokens of all batches so far", unit = "tokens") long tokens,
    @Column(doc = "mean loss of the batch, before the update", unit = "nats") double loss,
    @Column(doc = "learning rate of the update") double learningRate,
    @Column(doc = "length of the gradient, all parameters together, before clipping")
        double gradientNorm,
    @Column(
            doc = "time spent in steps so far; a step that a kill repeated counts once",
            unit = "seconds")
        double seconds) {
  public static final TableSpec<TrainingRow> TABLE =
      TableSpec.of("training", TrainingRow.class, "One step of one model's training");

  public static TrainingRow of(String model, TrainingStep step, double seconds) {
    return new TrainingRow(
        model,
        step.step(),
        step.tokens(),
        step.lossNats(),
        step.learningRate(),
        step.gradientNorm(),
        seconds);
  }
}
