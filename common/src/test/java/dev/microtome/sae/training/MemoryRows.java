package dev.microtome.sae.training;

import dev.microtome.sae.stream.RowBlocks;

/** Rows in memory, in blocks of at most {@value #BLOCK}; each is a sequence of its own. */
final class MemoryRows implements RowBlocks {
  private static final int BLOCK = 6000;

  private final float[][] rows;

  private MemoryRows(float[][] rows) {
    this.rows = rows;
  }

  /**
   * The first rows of a dictionary, none of them zeros: those have no norm to be set to another.
   */
  static MemoryRows of(SyntheticDictionary dictionary, int count) {
    float[][] rows = dictionary.rows(0, count);
    for (float[] row : rows) {
      row[0] += 0.5f;
    }
    return new MemoryRows(rows);
  }

  @Override
  public int width() {
    return rows[0].length;
  }

  @Override
  public int count() {
    return (rows.length + BLOCK - 1) / BLOCK;
  }

  @Override
  public long rows(int block) {
    return Math.min(BLOCK, rows.length - block * BLOCK);
  }

  @Override
  public Rows open(int block, long from) {
    return new Rows() {
      private int row = block * BLOCK + (int) from;

      @Override
      public long next(float[] target, int start) {
        System.arraycopy(rows[row], 0, target, start, width());
        return row++;
      }

      @Override
      public void skip(long many) {
        row += (int) many;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String place(int block) {
    return "block " + block;
  }
}
