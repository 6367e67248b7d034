package dev.microtome.sae.stream;

import java.util.ArrayList;
import java.util.List;

/** Blocks in memory: a row holds its number, counted over all blocks, in its first float. */
final class NumberedRows implements RowBlocks {
  static final int WIDTH = 3;

  private final long[] rows;
  private final int rowsOfSequence;
  private final List<Integer> opened = new ArrayList<>();
  private long read;

  /** The row whose second value is NaN; -1 for none. */
  private long broken = -1;

  NumberedRows(int rowsOfSequence, long... rows) {
    this.rows = rows;
    this.rowsOfSequence = rowsOfSequence;
  }

  NumberedRows breaking(long row) {
    broken = row;
    return this;
  }

  List<Integer> opened() {
    return opened;
  }

  long read() {
    return read;
  }

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public int count() {
    return rows.length;
  }

  @Override
  public long rows(int block) {
    return rows[block];
  }

  @Override
  public Rows open(int block, long from) {
    opened.add(block);
    long first = 0;
    for (int i = 0; i < block; i++) {
      first += rows[i];
    }
    long start = first + from;
    return new Rows() {
      private long row = start;

      @Override
      public long next(float[] target, int at) {
        target[at] = row;
        target[at + 1] = row == broken ? Float.NaN : -row;
        target[at + 2] = 1;
        read++;
        return row++ / rowsOfSequence;
      }

      @Override
      public void skip(long count) {
        row += count;
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
