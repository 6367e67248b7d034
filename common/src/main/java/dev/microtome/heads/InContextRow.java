package dev.microtome.heads;

import dev.microtome.table.Column;

/** How much a checkpoint learns from its context. */
public record InContextRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "place of the early token in its sequence, from 0", unit = "tokens")
        int earlyPosition,
    @Column(doc = "place of the late token in its sequence, from 0", unit = "tokens")
        int latePosition,
    @Column(doc = "mean loss of all tokens", unit = "nats") double loss,
    @Column(doc = "mean loss of the early tokens, of sequences that have a late one", unit = "nats")
        double earlyLoss,
    @Column(doc = "mean loss of the late tokens", unit = "nats") double lateLoss,
    @Column(
            doc = "late loss minus early loss: the more negative, the more is learned",
            unit = "nats")
        double score,
    @Column(doc = "score over ln(late position / early position): mean slope", unit = "nats")
        double derivativeByLogPosition) {

  /** The row of a checkpoint's losses. */
  public static InContextRow of(
      String model, long step, PositionLosses losses, int early, int late) {
    return new InContextRow(
        model,
        step,
        early,
        late,
        losses.mean(),
        losses.earlyMean(early, late),
        losses.mean(late),
        losses.inContextScore(early, late),
        losses.slopeInLogPosition(early, late));
  }
}
