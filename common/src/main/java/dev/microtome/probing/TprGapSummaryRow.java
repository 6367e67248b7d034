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
                "labels without a gap, which the gaps' RMS and correlation leave out: one group has no document held out")
        long labelsWithoutGap,
    @Column(doc = "root of the mean squared gap, noise included") double rmsGap,
    @Column(
            doc =
                "lower end of a 95 % interval of the RMS gap that ever more documents held out would show, by resampling within label and group; below rms_gap by the noise in that; NaN where every group is right always or never")
        double rmsGapLow,
    @Column(doc = "upper end") double rmsGapHigh,
    @Column(
            doc =
                "RMS gap to expect when the groups are permuted among the documents of each label held out: an rms_gap of noise alone")
        double rmsGapByChance,
    @Column(doc = "share of such permutations whose RMS gap is as large as rms_gap") double rmsGapP,
    @Column(doc = "Pearson's correlation of gap and group_share; NaN where one does not vary")
        double shareCorrelation,
    @Column(
            doc =
                "lower end of its 95 % interval (Fisher's), over the labels as a sample of such; NaN of fewer than four")
        double shareCorrelationLow,
    @Column(doc = "upper end") double shareCorrelationHigh,
    @Column(
            doc =
                "share of the permutations whose correlation is as far from 0; NaN of fewer than three labels")
        double shareCorrelationP,
    @Column(doc = "share of the documents held out that are given their label") double accuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson)") double accuracyLow,
    @Column(doc = "upper end") double accuracyHigh,
    @Column(
            doc =
                "accuracy, over the documents held out, of always saying the label most frequent in the fit")
        double majorityBaseline,
    @Column(doc = "weight of the losses against the ridge that the label classifier chose")
        double c,
    @Column(doc = "share of the documents held out whose group a classifier of its own knows")
        double conceptAccuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson)") double conceptAccuracyLow,
    @Column(doc = "upper end") double conceptAccuracyHigh,
    @Column(
            doc =
                "accuracy, over the documents held out, of always saying the group more frequent in the fit: may lie below 0.5")
        double conceptMajorityBaseline,
    @Column(doc = "mean of |x - x_erased|^2 over the documents held out") double squaredDistance,
    @Column(doc = "whether both fits ended at their minimum") boolean converged) {
  public static final TableSpec<TprGapSummaryRow> TABLE =
      TableSpec.of(
          "tpr_gap_summary",
          TprGapSummaryRow.class,
          "What erasing the concept does to the gaps and to the classifiers at one hook point.");

  /**
   * The row of an experiment.
   *
   * @param noise of its gaps
   */
  public static TprGapSummaryRow of(
      String hook, long trainDocuments, long leftOut, GapExperiment experiment, TprGapNoise noise) {
    ProbeScore score = experiment.label().score();
    ProbeScore concept = experiment.concept().score();
    Interval correlation = experiment.gaps().shareCorrelationInterval();
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
        noise.rmsLow(),
        noise.rmsHigh(),
        experiment.gaps().rmsByChance(),
        noise.rmsP(),
        experiment.gaps().shareCorrelation(),
        correlation.low(),
        correlation.high(),
        noise.correlationP(),
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
