package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code erasure_probes}: what a probe reads after an eraser. */
public record ErasureProbeRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the concept") String concept,
    @Column(
            doc =
                "none, given (of the run of erasers), or fitted to the rows that probes are fitted to: leace, orthogonal, mean (orthogonal to the largest class's"
                    + " mean from that of all rows alone), inlp, rlace")
        String eraser,
    @Column(doc = "dimensions erased") int rank,
    @Column(doc = "logistic, mass-mean, difference-of-means or mlp") String probe,
    @Column(doc = "rows the probe was fitted to", unit = "rows") long trainRows,
    @Column(doc = "rows of other sequences that it was scored on", unit = "rows") long testRows,
    @Column(doc = "share of the scored rows whose most probable class is theirs") double accuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson, rows of a sequence not independent)")
        double accuracyLow,
    @Column(doc = "upper end") double accuracyHigh,
    @Column(
            doc =
                "accuracy of always saying the class most frequent in the fitted rows, of the scored rows: may lie below 0.5")
        double majorityBaseline,
    @Column(doc = "mean -log p of the true class; NaN of the means' probes", unit = "nats")
        double crossEntropy,
    @Column(doc = "the same of the fitted rows' class shares", unit = "nats")
        double baselineCrossEntropy,
    @Column(
            doc =
                "mutual information of the probe's guess and the class, a lower bound for that of the activations (plug-in: too high by about (classes - 1)^2 / (2 test_rows))",
            unit = "nats")
        double guessInformation,
    @Column(doc = "mean of |x - x_erased|^2 over the scored rows") double squaredDistance,
    @Column(
            doc =
                "the same over that of the orthogonal eraser; NaN where that was not fitted or moves nothing")
        double distanceOverOrthogonal) {
  public static final TableSpec<ErasureProbeRow> TABLE =
      TableSpec.of(
          "erasure_probes",
          ErasureProbeRow.class,
          "One probe of one concept at one hook point after one eraser, scored on sequences held out.");

  /**
   * The row of a classifier.
   *
   * @param orthogonal mean squared distance of the orthogonal eraser; NaN where there is none
   */
  public static ErasureProbeRow of(
      String hook,
      String concept,
      ErasedExamples erased,
      ProbeTrainer.Classifier fitted,
      double orthogonal) {
    ProbeScoreRow score = ProbeScoreRow.of(hook, concept, erased.trainRows(), fitted);
    return new ErasureProbeRow(
        hook,
        concept,
        erased.projection().name(),
        erased.projection().removed().inner(),
        score.probe(),
        score.trainRows(),
        score.testRows(),
        score.accuracy(),
        score.accuracyLow(),
        score.accuracyHigh(),
        score.majorityBaseline(),
        score.crossEntropy(),
        score.baselineCrossEntropy(),
        score.guessInformation(),
        erased.squaredDistance(),
        orthogonal == 0 ? Double.NaN : erased.squaredDistance() / orthogonal);
  }
}
