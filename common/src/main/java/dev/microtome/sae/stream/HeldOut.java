package dev.microtome.sae.stream;

/**
 * Which rows are kept from training for evaluation: the last rows of a few blocks that lie spread
 * over all, so that what is held out is whole sequences but for one a block, and few files are read
 * for it.
 */
public final class HeldOut {
  private static final int PLACES = 16;

  private HeldOut() {}

  /**
   * How many rows at the end of each block are held out: {@code wanted} in all, or as many as there
   * can be if no block gives more than half of its rows.
   *
   * @param rows of each block
   */
  public static long[] of(long[] rows, long wanted) {
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
}
