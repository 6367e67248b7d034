package dev.microtome.sae.stream;

/**
 * How well batches are mixed: how often a row's neighbour in its batch is of the same sequence,
 * found and expected. Expected is the share among all pairs in the buffer, which a perfect shuffle
 * of it would give; without a buffer nearly every neighbour is of the same sequence.
 *
 * @param neighbours pairs of rows that follow each other in a batch, over all batches so far
 * @param sameSequence those of one sequence
 * @param expected number of those by the buffer's contents
 * @param roundShare share of one sequence among all pairs in the buffer, when the round began
 */
public record Mixing(long neighbours, long sameSequence, double expected, double roundShare) {

  /** Before the first batch. */
  public static final Mixing NONE = new Mixing(0, 0, 0, 0);

  /** Share of neighbours that are of the same sequence; 0 without any. */
  public double share() {
    return neighbours == 0 ? 0 : (double) sameSequence / neighbours;
  }

  /** The share that a perfect shuffle of the buffer gives; 0 without any. */
  public double expectedShare() {
    return neighbours == 0 ? 0 : expected / neighbours;
  }

  /** What this and the batches of another stream say together. */
  public Mixing plus(Mixing other) {
    return new Mixing(
        neighbours + other.neighbours,
        sameSequence + other.sameSequence,
        expected + other.expected,
        roundShare);
  }

  Mixing inRound(double share) {
    return new Mixing(neighbours, sameSequence, expected, share);
  }

  /** One batch more. */
  Mixing with(long[] sequences) {
    long same = 0;
    for (int i = 1; i < sequences.length; i++) {
      same += sequences[i] == sequences[i - 1] ? 1 : 0;
    }
    int pairs = sequences.length - 1;
    return new Mixing(
        neighbours + pairs, sameSequence + same, expected + pairs * roundShare, roundShare);
  }
}
