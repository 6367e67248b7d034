package dev.microtome.sae.stream;

import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.Random;

/**
 * Epochs laid end to end: each has all blocks once, in an order of its own. Places in this line are
 * counted from 0.
 */
final class BlockOrder {
  private final long[] rows;
  private final long rowsOfEpoch;
  private final long seed;
  private long epoch = -1;
  private final int[] blocks;

  /** Where each block of the epoch begins; one entry more for its end. */
  private final long[] starts;

  /** A row: its block, its place in the block, and how many rows follow it there. */
  record Place(long epoch, int block, long row, long rowsFromHere) {}

  BlockOrder(RowBlocks source, long seed) {
    this.seed = seed;
    rows = new long[source.count()];
    Arrays.setAll(rows, source::rows);
    rowsOfEpoch = Arrays.stream(rows).sum();
    blocks = new int[rows.length];
    starts = new long[rows.length + 1];
  }

  long rowsOfEpoch() {
    return rowsOfEpoch;
  }

  Place at(long index) {
    order(index / rowsOfEpoch);
    long inEpoch = index % rowsOfEpoch;
    int found = Arrays.binarySearch(starts, inEpoch);
    int position = found >= 0 ? found : -found - 2;
    long row = inEpoch - starts[position];
    return new Place(epoch, blocks[position], row, rows[blocks[position]] - row);
  }

  private void order(long newEpoch) {
    if (newEpoch == epoch) {
      return;
    }
    epoch = newEpoch;
    Arrays.setAll(blocks, i -> i);
    // java.util.Random is specified to the bit.
    Random random = new Random(Seeds.of(seed, "order of blocks", epoch));
    for (int i = blocks.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int block = blocks[i];
      blocks[i] = blocks[other];
      blocks[other] = block;
    }
    for (int i = 0; i < blocks.length; i++) {
      starts[i + 1] = starts[i] + rows[blocks[i]];
    }
  }
}
