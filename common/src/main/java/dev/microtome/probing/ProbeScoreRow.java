package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A row of the table {@code probe_scores}: what a classifier reads from a hook point. */
public record ProbeScoreRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "layer of the hook point, from 0; -1 outside of the blocks") int layer,
    @Column(doc = "the concept") String concept,
    @Column(doc = "logistic, mass-mean, difference-of-means or mlp") String probe,
    @Column(doc = "classes of the concept") int classes,
    @Column(doc = "rows the probe was fitted to", unit = "rows") long trainRows,
    @Column(doc = "rows of other sequences that it was scored on", unit = "rows") long testRows,
    @Column(
            doc = "the same over the design effect of sequences, which the interval counts",
            unit = "rows")
        double effectiveRows,
    @Column(doc = "share of the scored rows whose most probable class is theirs") double accuracy,
    @Column(doc = "lower end of its 95 % interval (Wilson)") double accuracyLow,
    @Column(doc = "upper end") double accuracyHigh,
    @Column(
            doc =
                "accuracy of always saying the class most frequent in the fitted rows, of the scored rows: may lie below 0.5")
        double majorityBaseline,
    @Column(doc = "mean -log p of the true class; nothing of the means' probes", unit = "nats")
        double crossEntropy,
    @Column(doc = "the same of the fitted rows' class shares", unit = "nats")
        double baselineCrossEntropy,
    @Column(
            doc = "mutual information of guess and class: a bound for that of the activations",
            unit = "nats")
        double guessInformation,
    @Column(doc = "accuracy of a probe fitted to random classes of token ids; NaN without")
        double controlAccuracy,
    @Column(doc = "accuracy minus control_accuracy; NaN without") double selectivity,
    @Column(doc = "weight of the losses against the ridge that was chosen; NaN without") double c,
    @Column(doc = "whether the fit ended at its minimum") boolean converged) {
  public static final TableSpec<ProbeScoreRow> TABLE =
      TableSpec.of(
          "probe_scores",
          ProbeScoreRow.class,
          "One classifier of one concept at one hook point, scored on sequences it was not fitted to.");

  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\..*");

  /** The row of a classifier. */
  public static ProbeScoreRow of(
      String hook, String concept, long trainRows, ProbeTrainer.Classifier fitted) {
    ProbeScore score = fitted.score();
    boolean calibrated = fitted.kind() == ProbeKind.LOGISTIC || fitted.kind() == ProbeKind.MLP;
    return new ProbeScoreRow(
        hook,
        layer(hook),
        concept,
        fitted.kind().toString(),
        fitted.probe().classes(),
        trainRows,
        score.rows(),
        score.effectiveRows(),
        score.accuracy(),
        score.low(),
        score.high(),
        score.majority(),
        calibrated ? score.crossEntropyNats() : Double.NaN,
        score.baselineNats(),
        score.guessNats(),
        fitted.control(),
        score.accuracy() - fitted.control(),
        fitted.path().map(path -> path.best().c()).orElse(Double.NaN),
        fitted.converged());
  }

  /** The layer of a hook point's address; -1 where it has none. */
  static int layer(String hook) {
    Matcher block = BLOCK.matcher(hook);
    return block.matches() ? Integer.parseInt(block.group(1)) : -1;
  }
}
