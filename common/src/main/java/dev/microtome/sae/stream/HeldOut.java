package dev.microtome.sae.stream;

import java.io.IOException;
import java.util.stream.IntStream;

/**
 * Rows kept from training for evaluation: the last rows of a few blocks that lie spread over all,
 * so that what is held out is whole sequences but for one a block, and few files are read for it.
 */
public final class HeldOut {
  private static final int PLACES = 16;

  private final RowBlocks source;
  private final long[] held;

  private HeldOut(RowBlocks source, long[] held) {
    this.source = source;
    this.held = held;
  }

  /**
   * Holds rows out of a source: {@code wanted} in all, or as many as there can be if no block gives
   * more than half of its rows.
   */
  public static HeldOut of(RowBlocks source, long wanted) {
    return new HeldOut(
        source, ends(IntStream.range(0, source.count()).mapToLong(source::rows).toArray(), wanted));
  }

  /**
   * How many rows at the end of each block are held out.
   *
   * @param rows of each block
   */
  public static long[] ends(long[] rows, long wanted) {
    long[] held = new long[rows.length];
    int places = Math.min(PLACES, rows.length);
    long left = wanted;
    for (int i = 0; i < places; i++) {
      int block = (int) ((2L * i + 1) * rows.length / (2L * places));
      long share = Math.min(rows[block] / 2 - held[block], left / (places - i));
      held[block] += share;
      left -= share;
    }
    // What the places had no room for.
    for (int block = 0; block < rows.length && left > 0; block++) {
      long share = Math.min(rows[block] / 2 - held[block], left);
      held[block] += share;
      left -= share;
    }
    return held;
  }

  /** The rows to train on. */
  public RowBlocks rest() {
    return new Part(
        source,
        IntStream.range(0, source.count()).toArray(),
        new long[source.count()],
        IntStream.range(0, source.count())
            .mapToLong(block -> source.rows(block) - held[block])
            .toArray());
  }

  /** The rows held out; without blocks if there are none. */
  public RowBlocks rows() {
    int[] blocks = IntStream.range(0, source.count()).filter(block -> held[block] > 0).toArray();
    return new Part(
        source,
        blocks,
        IntStream.of(blocks).mapToLong(block -> source.rows(block) - held[block]).toArray(),
        IntStream.of(blocks).mapToLong(block -> held[block]).toArray());
  }

  /** Rows [from, from + rows) of some blocks. */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  private record Part(RowBlocks whole, int[] blocks, long[] from, long[] rows)
      implements RowBlocks {
    @Override
    public int width() {
      return whole.width();
    }

    @Override
    public int count() {
      return blocks.length;
    }

    @Override
    public long rows(int block) {
      return rows[block];
    }

    @Override
    public Rows open(int block, long first) throws IOException {
      return whole.open(blocks[block], from[block] + first);
    }

    @Override
    public String place(int block) {
      return whole.place(blocks[block]);
    }
  }
}
