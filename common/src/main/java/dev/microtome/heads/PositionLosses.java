package dev.microtome.heads;

import dev.microtome.run.InputException;
import java.util.Arrays;

/**
 * Losses of tokens by their position in the sequence, summed up as they come. Position p is the
 * place of the token that is predicted, from 0; the first token of a sequence is predicted by
 * nothing and has no loss. Nats, float64.
 */
public final class PositionLosses {
  private double[] sums = new double[0];
  private long[] counts = new long[0];

  /**
   * Adds one sequence.
   *
   * @param losses entry i is the loss of the token at position i + 1, as {@link
   *     dev.microtome.model.TokenLoss#nextToken} gives them
   */
  public void add(float[] losses) {
    if (sums.length < losses.length + 1) {
      sums = Arrays.copyOf(sums, losses.length + 1);
      counts = Arrays.copyOf(counts, losses.length + 1);
    }
    for (int i = 0; i < losses.length; i++) {
      sums[i + 1] += losses[i];
      counts[i + 1]++;
    }
  }

  /** Positions that have a loss are 1 to this. */
  public int lastPosition() {
    return Math.max(0, sums.length - 1);
  }

  /**
   * Mean loss of the tokens at a position.
   *
   * @throws InputException if no sequence is that long
   */
  public double mean(int position) {
    if (position < 1 || position >= sums.length) {
      throw new InputException(
          "loss at position %d: the sequences have losses at positions 1 to %d"
              .formatted(position, lastPosition()));
    }
    return sums[position] / counts[position];
  }

  /** Mean loss of all tokens. */
  public double mean() {
    double sum = 0;
    long count = 0;
    for (int position = 1; position < sums.length; position++) {
      sum += sums[position];
      count += counts[position];
    }
    return sum / count;
  }

  /**
   * The in-context-learning score of Olsson et al. (2022): loss late in the context minus loss
   * early in it, in nats; the more negative, the more is learned from the context. The paper takes
   * the 50th and the 500th token.
   *
   * @throws InputException if the positions are not 1 ≤ early &lt; late or no sequence is that long
   */
  public double inContextScore(int early, int late) {
    requireOrder(early, late);
    return mean(late) - mean(early);
  }

  /**
   * The mean slope of the loss in the logarithm of the position between two positions: (loss(late)
   * − loss(early)) / (ln late − ln early), in nats.
   */
  public double slopeInLogPosition(int early, int late) {
    return inContextScore(early, late) / (Math.log(late) - Math.log(early));
  }

  /**
   * The derivative of the loss with respect to the logarithm of the position, at a position: the
   * slope between the positions half an octave below and above it (p/√2 and p·√2, rounded, at least
   * one away from it), as far as there are such. Central differences over a factor, since those of
   * neighbours are noise.
   */
  public double derivativeByLogPosition(int position) {
    int below = Math.max(1, Math.min(position - 1, (int) Math.round(position / Math.sqrt(2))));
    int above =
        Math.min(lastPosition(), Math.max(position + 1, (int) Math.round(position * Math.sqrt(2))));
    return slopeInLogPosition(below, above);
  }

  private static void requireOrder(int early, int late) {
    if (early < 1 || late <= early) {
      throw new InputException(
          "early position %d and late position %d: expected 1 ≤ early < late"
              .formatted(early, late));
    }
  }
}
