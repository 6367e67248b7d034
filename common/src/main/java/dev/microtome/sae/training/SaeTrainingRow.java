package dev.microtome.sae.training;

import dev.microtome.sae.stream.Mixing;
import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A row of the table {@code training}: a step of one SAE. Losses and what is measured with them are
 * those of the step's batch before the update, in the units of normalised activations.
 */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record SaeTrainingRow(
    @Column(doc = "name of the SAE") String sae,
    @Column(doc = "updates done, this one included; with several workers, of each", unit = "steps")
        long step,
    @Column(doc = "tokens of all batches so far, of all workers", unit = "tokens") long tokens,
    @Column(doc = "what is differentiated: the sum of the parts that follow") double loss,
    @Column(
            doc =
                "part of the loss: of topk Σ‖x − x̂‖²/Σ‖x − x̄‖² over the batch, which is 1 − explained_variance; of the others, and of topk whose weights"
                    + " are more than one matrix of native memory has, the mean over tokens of ‖x − x̂‖²")
        double mse,
    @Column(doc = "part of the loss: the L1 penalty, its coefficient included") double l1,
    @Column(doc = "part of the loss: jumprelu's L0 penalty, its coefficient included")
        double l0Penalty,
    @Column(
            doc =
                "part of the loss: what dead features make of the error (topk, batchtopk, matryoshka), what the gate alone rebuilds"
                    + " (gated), its coefficient included")
        double auxiliary,
    @Column(doc = "part of the loss: jumprelu's pull on dead features") double preAct,
    @Column(doc = "parts of the loss: matryoshka's errors of its inner widths, the last left out")
        float[] innerMse,
    @Column(doc = "mean number of features of a token") double l0,
    @Column(doc = "1 − Σ‖x − x̂‖²/Σ‖x − x̄‖² over the batch") double explainedVariance,
    @Column(doc = "share of features that have not fired over dead-after-tokens")
        double deadFraction,
    @Column(doc = "learning rate of the update") double learningRate,
    @Column(doc = "share of all neighbours in batches so far that are of one sequence")
        double sameSequenceShare,
    @Column(
            doc =
                "tokens since the row before times the SAEs of the stream, over all seconds since then: the same for each of these SAEs, not what one alone reaches; of all workers",
            unit = "tokens/s")
        double tokensPerSecond,
    @Column(
            doc = "waited for activations so far, all SAEs of the stream together",
            unit = "seconds")
        double secondsReading,
    @Column(
            doc =
                "in this SAE's steps so far, as a whole: encoding, decoding, gradients and the update",
            unit = "seconds")
        double secondsEncoding,
    @Column(
            doc =
                "reading, taking over and leaving weights between rounds so far, 0 with one worker; the wait for other workers is not in it",
            unit = "seconds")
        double secondsHandingOver,
    @Column(
            doc = "in all else so far: other SAEs of the stream, saving, this table",
            unit = "seconds")
        double secondsRest) {
  public static final TableSpec<SaeTrainingRow> TABLE =
      TableSpec.of("training", SaeTrainingRow.class, "One step of one SAE's training");

  /** Seconds so far. */
  public record Times(
      double tokensPerSecond, double reading, double encoding, double handingOver, double rest) {}

  /**
   * The means of what workers have logged of the same steps at the same time; a rate is that of all
   * together.
   *
   * @param workers rows of each, of the same SAEs and steps in the same order
   */
  public static List<SaeTrainingRow> ofWorkers(List<List<SaeTrainingRow>> workers) {
    return IntStream.range(0, workers.get(0).size())
        .mapToObj(i -> mean(workers.stream().map(rows -> rows.get(i)).toList()))
        .toList();
  }

  private static SaeTrainingRow mean(List<SaeTrainingRow> rows) {
    SaeTrainingRow first = rows.get(0);
    float[] inner = new float[first.innerMse().length];
    for (int i = 0; i < inner.length; i++) {
      int width = i;
      inner[i] = (float) mean(rows, row -> row.innerMse()[width]);
    }
    return new SaeTrainingRow(
        first.sae(),
        first.step(),
        first.tokens(),
        mean(rows, SaeTrainingRow::loss),
        mean(rows, SaeTrainingRow::mse),
        mean(rows, SaeTrainingRow::l1),
        mean(rows, SaeTrainingRow::l0Penalty),
        mean(rows, SaeTrainingRow::auxiliary),
        mean(rows, SaeTrainingRow::preAct),
        inner,
        mean(rows, SaeTrainingRow::l0),
        mean(rows, SaeTrainingRow::explainedVariance),
        mean(rows, SaeTrainingRow::deadFraction),
        first.learningRate(),
        mean(rows, SaeTrainingRow::sameSequenceShare),
        mean(rows, SaeTrainingRow::tokensPerSecond),
        mean(rows, SaeTrainingRow::secondsReading),
        mean(rows, SaeTrainingRow::secondsEncoding),
        mean(rows, SaeTrainingRow::secondsHandingOver),
        mean(rows, SaeTrainingRow::secondsRest));
  }

  private static double mean(List<SaeTrainingRow> rows, ToDoubleFunction<SaeTrainingRow> value) {
    return rows.stream().mapToDouble(value).average().orElseThrow();
  }

  /** The row of a step. */
  public static SaeTrainingRow of(
      String sae, SaeStep step, long tokens, Mixing mixing, Times times) {
    return new SaeTrainingRow(
        sae,
        step.step(),
        tokens,
        step.loss(),
        step.part("mse"),
        step.part("l1"),
        step.part("l0"),
        step.part("auxiliary"),
        step.part("pre_act"),
        step.innerErrors(),
        step.l0(),
        step.explainedVariance(),
        step.deadFraction(),
        step.learningRate(),
        mixing.share(),
        times.tokensPerSecond(),
        times.reading(),
        times.encoding(),
        times.handingOver(),
        times.rest());
  }
}
