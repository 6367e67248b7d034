package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.sae.stream.RowBlocks;
import java.io.IOException;

/**
 * The rows of two hooks side by side, for a transcoder. Both lie in the table in the same order of
 * tokens, in row groups that need not be as long.
 */
record PairedActivations(StoredActivations input, StoredActivations target)
    implements StreamSource {
  @Override
  public int width() {
    return input.width() + target.width();
  }

  @Override
  public String modelName() {
    return input.modelName();
  }

  @Override
  public String modelSha256() {
    return input.modelSha256();
  }

  @Override
  public long[] blockRows() {
    return input.blockRows();
  }

  @Override
  public RowBlocks blocks(PartContext context) {
    return blocks(context.tables());
  }

  RowBlocks blocks(TableReader tables) {
    RowBlocks inputs = input.blocks(tables);
    RowBlocks targets = target.blocks(tables);
    return new RowBlocks() {
      @Override
      public int width() {
        return PairedActivations.this.width();
      }

      @Override
      public int count() {
        return inputs.count();
      }

      @Override
      public long rows(int block) {
        return inputs.rows(block);
      }

      @Override
      public Rows open(int block, long from) throws IOException {
        long before = from;
        for (int i = 0; i < block; i++) {
          before += inputs.rows(i);
        }
        return new Pairs(inputs.open(block, from), new Line(targets, before), place(block));
      }

      @Override
      public String place(int block) {
        return "%s and '%s'".formatted(inputs.place(block), target.hook());
      }
    };
  }

  /** Rows of all blocks from one on, in their order. */
  private static final class Line implements RowBlocks.Rows {
    private final RowBlocks blocks;
    private int block;
    private long row;
    private RowBlocks.Rows open;

    Line(RowBlocks blocks, long first) {
      this.blocks = blocks;
      row = first;
    }

    /** Opens the block of the next row. */
    private void find() throws IOException {
      while (row >= blocks.rows(block)) {
        close();
        row -= blocks.rows(block);
        block++;
      }
      if (open == null) {
        open = blocks.open(block, row);
      }
    }

    @Override
    public long next(float[] target, int start) throws IOException {
      find();
      row++;
      return open.next(target, start);
    }

    @Override
    public void skip(long rows) throws IOException {
      if (open != null && row + rows <= blocks.rows(block)) {
        open.skip(rows);
      } else {
        close();
      }
      row += rows;
    }

    @Override
    public void close() throws IOException {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }

  private final class Pairs implements RowBlocks.Rows {
    private final RowBlocks.Rows inputs;
    private final Line targets;
    private final String place;

    Pairs(RowBlocks.Rows inputs, Line targets, String place) {
      this.inputs = inputs;
      this.targets = targets;
      this.place = place;
    }

    @Override
    public long next(float[] row, int start) throws IOException {
      long sequence = inputs.next(row, start);
      long other = targets.next(row, start + input.width());
      if (sequence != other) {
        throw new InputException(
            "%s: a row is of sequence %d at one hook and of %d at the other, expected the same tokens in the same order"
                .formatted(place, sequence, other));
      }
      return sequence;
    }

    @Override
    public void skip(long rows) throws IOException {
      inputs.skip(rows);
      targets.skip(rows);
    }

    @Override
    public void close() throws IOException {
      try (inputs) {
        targets.close();
      }
    }
  }
}
