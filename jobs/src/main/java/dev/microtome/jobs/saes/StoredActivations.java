package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.VectorColumns;
import dev.microtome.jobs.VectorRows;
import dev.microtome.jobs.inputs.TokenSlices.Slice;
import dev.microtome.sae.stream.RowBlocks;
import java.io.IOException;
import java.util.List;

/**
 * The rows of one hook in an activations table.
 *
 * @param modelName empty where the table does not say
 * @param modelSha256 digest of its files; empty where the table does not say
 * @param slices row groups, in the order of files and rows
 */
record StoredActivations(
    String hook, String modelName, String modelSha256, VectorColumns columns, List<Slice> slices)
    implements StreamSource {
  StoredActivations {
    slices = List.copyOf(slices);
  }

  @Override
  public int width() {
    return columns.width();
  }

  @Override
  public long[] blockRows() {
    return slices.stream().mapToLong(slice -> slice.to() - slice.from()).toArray();
  }

  @Override
  public RowBlocks blocks(PartContext context) {
    return blocks(context.tables());
  }

  RowBlocks blocks(TableReader tables) {
    return new RowBlocks() {
      @Override
      public int width() {
        return columns.width();
      }

      @Override
      public int count() {
        return slices.size();
      }

      @Override
      public long rows(int block) {
        return slices.get(block).to() - slices.get(block).from();
      }

      @Override
      public Rows open(int block, long from) throws IOException {
        Slice slice = slices.get(block);
        return new VectorBlock(
            tables.vectors(slice.path(), columns, slice.from() + from, slice.to()));
      }

      @Override
      public String place(int block) {
        return "%s, hook '%s'".formatted(slices.get(block).path(), hook);
      }
    };
  }

  private record VectorBlock(VectorRows vectors) implements RowBlocks.Rows {
    @Override
    public long next(float[] target, int start) throws IOException {
      return vectors.next(target, start);
    }

    @Override
    public void skip(long rows) throws IOException {
      vectors.skip(rows);
    }

    @Override
    public void close() throws IOException {
      vectors.close();
    }
  }
}
