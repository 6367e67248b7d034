package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;
import java.util.ArrayList;
import java.util.List;

/** A row of the table {@code tpr_gaps}: one label at one hook point, before or after an eraser. */
public record TprGapRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(
            doc =
                "none, or leace: what the classifier was fitted to and scored on, erased of the concept")
        String eraser,
    @Column(doc = "the label, such as a profession") String label,
    @Column(doc = "the group whose rate comes first in the gap, such as female") String group,
    @Column(doc = "the other group") String otherGroup,
    @Column(doc = "documents of the label and the group that were fitted to", unit = "documents")
        long trainGroup,
    @Column(doc = "of the label and the other group", unit = "documents") long trainOther,
    @Column(doc = "train_group over both: the group's share among those of the label")
        double groupShare,
    @Column(doc = "documents of the label and the group held out", unit = "documents")
        long testGroup,
    @Column(doc = "of the label and the other group", unit = "documents") long testOther,
    @Column(doc = "share of test_group that is given the label; NaN of none") double tprGroup,
    @Column(doc = "share of test_other that is given the label; NaN of none") double tprOther,
    @Column(doc = "tpr_group - tpr_other; NaN where one of them is") double gap,
    @Column(
            doc =
                "lower end of the gap's 95 % interval, for what other documents held out would show (Newcombe's, of Wilson's of the two rates)")
        double gapLow,
    @Column(doc = "upper end") double gapHigh,
    @Column(
            doc =
                "root of the mean squared gap when the groups are permuted among the documents of the label held out: the size of a gap that is noise")
        double gapByChance) {
  public static final TableSpec<TprGapRow> TABLE =
      TableSpec.of(
          "tpr_gaps",
          TprGapRow.class,
          "How often the documents of one label are known by their group, on documents held out.");

  /**
   * The rows of an experiment.
   *
   * @param groups names of the two
   */
  public static List<TprGapRow> of(
      String hook, GapExperiment experiment, List<String> labels, List<String> groups) {
    List<TprGapRow> rows = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      TprGap gap = experiment.gaps().gaps().get(i);
      rows.add(
          new TprGapRow(
              hook,
              experiment.projection().name(),
              labels.get(i),
              groups.get(0),
              groups.get(1),
              gap.firstTrain(),
              gap.secondTrain(),
              gap.firstShare(),
              gap.firstTest(),
              gap.secondTest(),
              gap.firstRate(),
              gap.secondRate(),
              gap.gap(),
              gap.interval().low(),
              gap.interval().high(),
              gap.byChance()));
    }
    return rows;
  }
}
