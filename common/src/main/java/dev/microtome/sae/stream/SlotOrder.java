package dev.microtome.sae.stream;

import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.Random;

/**
 * Which places of a buffer make which batch, and which rows of the line fill them again: the mixing
 * without the rows themselves. A round shuffles all places, gives half of them in batches, and puts
 * the next rows where those of a batch were. When the line ends, a last round gives all that is
 * left.
 *
 * <p>A function of the seed and the sizes alone: a second one that gives as many batches stands at
 * the same place.
 */
final class SlotOrder {
  private final int[] slots;
  private final int batchRows;
  private final long lineRows;
  private final long seed;
  private long next;
  private int occupied;
  private long round = -1;
  private int given;
  private int givenInRound;
  private int filledInRound;

  /**
   * Begins with the first rows of the line in the buffer, one a place.
   *
   * @param capacity places, at least two batches or as many as the line has rows
   */
  SlotOrder(int capacity, int batchRows, long lineRows, long seed) {
    this.batchRows = batchRows;
    this.lineRows = lineRows;
    this.seed = seed;
    occupied = (int) Math.min(capacity, lineRows);
    next = occupied;
    slots = new int[occupied];
    Arrays.setAll(slots, i -> i);
  }

  /** Places in use. */
  int occupied() {
    return occupied;
  }

  /** The places in use, in no order. */
  int[] occupiedSlots() {
    return Arrays.copyOf(slots, occupied);
  }

  /** The round of the last batch, from 0. */
  long round() {
    return round;
  }

  /** The row of the line that the next filled place gets. */
  long next() {
    return next;
  }

  /** The places of the next batch. Those of the batch before must have been filled. */
  void batch(int[] target) {
    if (given == givenInRound) {
      newRound();
    }
    System.arraycopy(slots, given, target, 0, batchRows);
    given += batchRows;
  }

  /** How many of the last batch's places, from the first on, the next rows of the line fill. */
  int fill() {
    int rows = (int) Math.min(batchRows, lineRows - next);
    next += rows;
    filledInRound += rows;
    return rows;
  }

  private void newRound() {
    // Only at the end of the line are places left that were given and not filled.
    int rest = occupied - givenInRound;
    System.arraycopy(slots, givenInRound, slots, filledInRound, rest);
    occupied = filledInRound + rest;
    round++;
    given = 0;
    filledInRound = 0;
    int most = next < lineRows ? occupied / 2 : occupied;
    givenInRound = most / batchRows * batchRows;
    if (givenInRound == 0) {
      throw new IllegalStateException(
          "no batch of %d is left in a buffer of %d".formatted(batchRows, occupied));
    }
    Random random = new Random(Seeds.of(seed, "mixing", round));
    for (int i = 0; i < givenInRound; i++) {
      int other = i + random.nextInt(occupied - i);
      int slot = slots[i];
      slots[i] = slots[other];
      slots[other] = slot;
    }
  }
}
