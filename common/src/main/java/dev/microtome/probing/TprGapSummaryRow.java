package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code tpr_gap_summary}: all labels of one hook point and eraser together. */
public record TprGapSummaryRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "layer of the hook point, from 0; -1 outside of the blocks") int layer,
    @Column(doc = "none, or leace: what the classifiers were fitted to and scored on")
        String eraser,
    @Column(doc = "dimensions erased") int rank,
    @Column(doc = "documents that classifiers and the eraser were fitted to", unit = "documents")
        long trainDocuments,
    @Column(doc = "documents held out", unit = "documents") long testDocuments,
    @Column(
            doc = "documents without a label, one of the two groups, or any text: left out",
            unit = "documents")
        long leftOut,
    @Column(doc = "labels") int labels,
    @Column(
            doc =
                "labels without a gap, which the next two leave out: one group has no document held out")
        long labelsWithoutGap,
    @Column(doc = "root of the mean squared gap") double rmsGap,
    @Column(doc = "Pearson's correlation of gap and group_share; NaN where one does not vary")
        double shareCorrelation,
    @Column(doc = "share of the documents held out that are given their label") double accuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson)") double accuracyLow,
    @Column(doc = "upper end") double accuracyHigh,
    @Column(doc = "accuracy of always saying the label most frequent in the fit")
        double majorityBaseline,
    @Column(doc = "weight of the losses against the ridge that the label classifier chose")
        double c,
    @Column(doc = "share of the documents held out whose group a classifier of its own knows")
        double conceptAccuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson)") double conceptAccuracyLow,
    @Column(doc = "upper end") double conceptAccuracyHigh,
    @Column(doc = "accuracy of always saying the group more frequent in the fit")
        double conceptMajorityBaseline,
    @Column(doc = "mean of |x - x_erased|^2 over the documents held out") double squaredDistance,
    @Column(doc = "whether both fits ended at their minimum") boolean converged) {
  public static final TableSpec<TprGapSummaryRow> TABLE =
      TableSpec.of(
          "tpr_gap_summary",
          TprGapSummaryRow.class,
          "What erasing the concept does to the gaps and to the classifiers at one hook point.");

  /** The row of an experiment. */
  public static TprGapSummaryRow of(
      String hook, long trainDocuments, long leftOut, GapExperiment experiment) {
    ProbeScore score = experiment.label().score();
    ProbeScore concept = experiment.concept().score();
    return new TprGapSummaryRow(
        hook,
        ProbeScoreRow.layer(hook),
        experiment.projection().name(),
        experiment.projection().removed().inner(),
        trainDocuments,
        score.rows(),
        leftOut,
        experiment.gaps().gaps().size(),
        experiment.gaps().undefined(),
        experiment.gaps().rms(),
        experiment.gaps().shareCorrelation(),
        score.accuracy(),
        score.low(),
        score.high(),
        score.majority(),
        experiment.label().path().map(path -> path.best().c()).orElse(Double.NaN),
        concept.accuracy(),
        concept.low(),
        concept.high(),
        concept.majority(),
        experiment.squaredDistance(),
        experiment.label().converged() && experiment.concept().converged());
  }
}
