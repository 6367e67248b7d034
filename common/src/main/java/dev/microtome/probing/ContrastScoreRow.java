package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;
import java.util.List;

/** A row of the table {@code contrast_scores}: a direction found without labels. */
public record ContrastScoreRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "layer of the hook point, from 0; -1 outside of the blocks") int layer,
    @Column(doc = "the concept that labels the pairs") String concept,
    @Column(
            doc =
                "ccs, contrast-consistent search, or first-component, of the differences of the pairs")
        String probe,
    @Column(doc = "pairs it was fitted to, without their labels", unit = "pairs") long trainPairs,
    @Column(doc = "pairs held out", unit = "pairs") long testPairs,
    @Column(doc = "of these the ones with a label, which it is scored on", unit = "pairs")
        long scoredPairs,
    @Column(doc = "consistency and confidence of the fitted pairs together; NaN of first-component")
        double loss,
    @Column(
            doc =
                "share of the scored pairs that are right, under the sign that most labels of the fitted pairs give")
        double accuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson)") double accuracyLow,
    @Column(doc = "upper end") double accuracyHigh,
    @Column(
            doc =
                "max(a, 1 - a) of the scored pairs, a sign chosen for them, as in the paper: never below 1/2")
        double eitherSignAccuracy,
    @Column(doc = "accuracy on the fitted pairs with a label") double trainAccuracy,
    @Column(doc = "share of the more frequent class among the scored pairs")
        double majorityBaseline,
    @Column(doc = "activations of no pair", unit = "rows") long unpairedActivations,
    @Column(
            doc = "labels of pairs without an activation; 0 where labels stand beside them",
            unit = "rows")
        long unmatchedLabels) {
  public static final TableSpec<ContrastScoreRow> TABLE =
      TableSpec.of(
          "contrast_scores",
          ContrastScoreRow.class,
          "A direction that pairs of opposites alone gave, scored by the labels of pairs held out.");

  /** Name of contrast-consistent search in tables and files. */
  public static final String SEARCH = "ccs";

  /** Name of its baseline. */
  public static final String COMPONENT = "first-component";

  /**
   * The rows of an experiment.
   *
   * @param unpaired activations of no pair
   * @param unmatched labels of pairs without an activation
   */
  public static List<ContrastScoreRow> of(
      String hook, String concept, ContrastExperiment experiment, long unpaired, long unmatched) {
    return List.of(
        row(hook, concept, SEARCH, experiment.search(), experiment, unpaired, unmatched),
        row(hook, concept, COMPONENT, experiment.component(), experiment, unpaired, unmatched));
  }

  private static ContrastScoreRow row(
      String hook,
      String concept,
      String probe,
      ContrastExperiment.Found found,
      ContrastExperiment experiment,
      long unpaired,
      long unmatched) {
    Interval interval = found.test().interval();
    return new ContrastScoreRow(
        hook,
        ProbeScoreRow.layer(hook),
        concept,
        probe,
        experiment.trainPairs(),
        experiment.testPairs(),
        found.test().pairs(),
        found.loss(),
        found.test().accuracy(),
        interval.low(),
        interval.high(),
        found.test().eitherSign(),
        found.train().accuracy(),
        found.test().majority(),
        unpaired,
        unmatched);
  }
}
