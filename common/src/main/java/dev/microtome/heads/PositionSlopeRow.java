package dev.microtome.heads;

import dev.microtome.table.Column;
import java.util.List;
import java.util.stream.IntStream;

/** The loss at one position and how it falls there, on a grid of half octaves. */
public record PositionSlopeRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "place of the token in its sequence, from 0", unit = "tokens") int position,
    @Column(doc = "mean loss of the tokens there", unit = "nats") double loss,
    @Column(
            doc =
                "derivative of the loss by the logarithm of the position: slope between the positions half an octave away",
            unit = "nats")
        double derivativeByLogPosition) {

  /** Rows at 1, 2, 3, 4, 6, 8, 11 …: the powers of √2, rounded. */
  public static List<PositionSlopeRow> of(String model, long step, PositionLosses losses) {
    if (losses.lastPosition() < 2) {
      return List.of();
    }
    return IntStream.iterate(0, power -> power + 1)
        .map(power -> (int) Math.round(Math.pow(2, power / 2.0)))
        .takeWhile(position -> position <= losses.lastPosition())
        .distinct()
        .mapToObj(
            position ->
                new PositionSlopeRow(
                    model,
                    step,
                    position,
                    losses.mean(position),
                    losses.derivativeByLogPosition(position)))
        .toList();
  }
}
