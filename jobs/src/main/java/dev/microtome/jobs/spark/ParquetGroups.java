package dev.microtome.jobs.spark;

import dev.microtome.run.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/** The row groups of one file, opened one after the other for some of their columns. */
final class ParquetGroups implements Closeable {
  private final String path;
  private final ParquetFileReader reader;
  private final MessageType projection;
  private final List<BlockMetaData> groups;
  private final long to;
  private int group;
  private long row;
  private long end;

  /**
   * Makes ready to open the group that has row {@code from}.
   *
   * @param to one past the last row needed
   */
  ParquetGroups(String path, ParquetFileReader reader, MessageType projection, long from, long to) {
    this.path = path;
    this.reader = reader;
    this.projection = projection;
    this.to = to;
    reader.setRequestedSchema(projection);
    groups = reader.getRowGroups();
    while (group < groups.size() && end + groups.get(group).getRowCount() <= from) {
      end += groups.get(group).getRowCount();
      group++;
    }
    row = end;
  }

  /** The first row of the pages that were opened last. */
  long row() {
    return row;
  }

  /** One past the last row of the group that was opened last. */
  long end() {
    return end;
  }

  /** Opens the next row group at or, where pages begin elsewhere, shortly before a row of it. */
  ColumnReadStore open(long from) throws IOException {
    if (group == groups.size()) {
      throw new InputException(path + ": ends at row " + row + " of " + to);
    }
    BlockMetaData block = groups.get(group);
    RowRanges wanted = pagesOf(block, from - end, to - end);
    PageReadStore pages = reader.readFilteredRowGroup(group, wanted);
    row = end + wanted.iterator().nextLong();
    if (row > from) {
      throw new InputException(path + ": its page index lacks row " + from);
    }
    end += block.getRowCount();
    group++;
    return new ColumnReadStoreImpl(
        pages, NO_CONVERTER, projection, reader.getFileMetaData().getCreatedBy());
  }

  /**
   * The rows of those pages that have rows [from, to) of a row group, so that a part in the middle
   * of a large group reads and decodes little else. Pages are those of the column that has most;
   * Parquet aligns the others. A file without offset indexes is read group by group.
   */
  private RowRanges pagesOf(BlockMetaData block, long from, long last) throws IOException {
    long rows = block.getRowCount();
    OffsetIndex finest = null;
    for (ColumnChunkMetaData chunk : block.getColumns()) {
      if (projection.containsPath(chunk.getPath().toArray())) {
        OffsetIndex index = reader.readOffsetIndex(chunk);
        if (index == null) {
          return RowRanges.createSingle(rows);
        }
        if (finest == null || index.getPageCount() > finest.getPageCount()) {
          finest = index;
        }
      }
    }
    if (finest == null || (from == 0 && last >= rows)) {
      return RowRanges.createSingle(rows);
    }
    OffsetIndex index = finest;
    return RowRanges.create(
        rows,
        IntStream.range(0, index.getPageCount())
            .filter(
                page ->
                    index.getFirstRowIndex(page) < last
                        && index.getLastRowIndex(page, rows) >= from)
            .iterator(),
        index);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /**
   * Values are taken from the column readers; nothing is converted. Parquet asks for a converter
   * per leaf all the same.
   */
  private static final GroupConverter NO_CONVERTER =
      new GroupConverter() {
        private final PrimitiveConverter leaf = new PrimitiveConverter() {};
        private final GroupConverter self = this;

        @Override
        public Converter getConverter(int fieldIndex) {
          return new GroupOrLeaf();
        }

        @Override
        public void start() {}

        @Override
        public void end() {}

        /** Serves as a group and as a leaf: which of them is asked for depends on the file. */
        final class GroupOrLeaf extends GroupConverter {
          @Override
          public PrimitiveConverter asPrimitiveConverter() {
            return leaf;
          }

          @Override
          public Converter getConverter(int fieldIndex) {
            return self.getConverter(fieldIndex);
          }

          @Override
          public void start() {}

          @Override
          public void end() {}
        }
      };
}
