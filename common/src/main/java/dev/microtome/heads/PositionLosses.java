package dev.microtome.heads;

import dev.microtome.run.InputException;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Losses of tokens by their position in the sequence, summed up as they come. Position p is the
 * place of the token that is predicted, from 0; the first token of a sequence is predicted by
 * nothing and has no loss. Nats, float64; 8 bytes a position for each length that a sequence has.
 */
public final class PositionLosses {
  /** Sums of the sequences of one length; entry i is of position i + 1. */
  private static final class Group {
    private final double[] sums;
    private long count;

    Group(int length) {
      sums = new double[length];
    }
  }

  private final NavigableMap<Integer, Group> groups = new TreeMap<>(); // by length

  /**
   * Adds one sequence.
   *
   * @param losses entry i is the loss of the token at position i + 1, as {@link
   *     dev.microtome.model.TokenLoss#nextToken} gives them
   */
  public void add(float[] losses) {
    Group group = groups.computeIfAbsent(losses.length, Group::new);
    for (int i = 0; i < losses.length; i++) {
      group.sums[i] += losses[i];
    }
    group.count++;
  }

  /** Positions that have a loss are 1 to this. */
  public int lastPosition() {
    return groups.isEmpty() ? 0 : groups.lastKey();
  }

  /**
   * Mean loss of the tokens at a position.
   *
   * @throws InputException if no sequence is that long
   */
  public double mean(int position) {
    return meanOfReaching(position, position);
  }

  /**
   * Mean loss of the tokens at an early position of those sequences that reach a late one: what the
   * loss there can be compared with.
   *
   * @throws InputException if the positions are not 1 ≤ early &lt; late or no sequence is that long
   */
  public double earlyMean(int early, int late) {
    requireOrder(early, late);
    return meanOfReaching(early, late);
  }

  private double meanOfReaching(int position, int last) {
    if (position < 1 || last > lastPosition()) {
      throw new InputException(
          "loss at position %d: the sequences have losses at positions 1 to %d"
              .formatted(position < 1 ? position : last, lastPosition()));
    }
    double sum = 0;
    long count = 0;
    for (Group group : groups.tailMap(last, /* inclusive= */ true).values()) {
      sum += group.sums[position - 1];
      count += group.count;
    }
    return sum / count;
  }

  /** Mean loss of all tokens. */
  public double mean() {
    double sum = 0;
    long count = 0;
    for (Group group : groups.values()) {
      for (double each : group.sums) {
        sum += each;
      }
      count += group.count * group.sums.length;
    }
    return sum / count;
  }

  /**
   * The in-context-learning score of Olsson et al. (2022): loss late in the context minus loss
   * early in it, in nats; the more negative, the more is learned from the context. Both are means
   * over the same sequences, those that are long enough. The paper takes the 50th and the 500th
   * token.
   *
   * @throws InputException if the positions are not 1 ≤ early &lt; late or no sequence is that long
   */
  public double inContextScore(int early, int late) {
    return mean(late) - earlyMean(early, late);
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
