package dev.microtome.jobs.spark;

import dev.microtome.run.InputException;
import dev.microtome.table.ColumnType;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
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
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Rows of one Parquet file, column by column through Parquet's column readers, one row group in
 * memory at a time.
 */
final class ParquetRowReader<R extends Record> implements RowReader<R> {
  private final String path;
  private final ParquetFileReader reader;
  private final RowSchema schema;
  private final Class<R> rowType;
  private final MessageType projection;
  private final ColumnDescriptor[] descriptors;
  private final ColumnReader[] columns;
  private final List<BlockMetaData> groups;
  private final long to;
  private int group;
  private long row;
  private long groupEnd;

  /**
   * Positions the reader.
   *
   * @param to one past the last row, or -1 for all
   */
  ParquetRowReader(
      String path,
      ParquetFileReader reader,
      Class<R> rowType,
      Map<String, String> renamed,
      long from,
      long to) {
    this.path = path;
    this.reader = reader;
    this.rowType = rowType;
    schema = RowSchema.of(rowType);
    MessageType file = reader.getFileMetaData().getSchema();
    Optional<String> misfit = ParquetColumns.misfit(file, schema, renamed);
    if (misfit.isPresent()) {
      throw new InputException(path + ": " + misfit.get());
    }
    List<org.apache.parquet.schema.Type> types = new ArrayList<>();
    for (RowSchema.Field field : schema.fields()) {
      types.add(file.getType(renamed.getOrDefault(field.name(), field.name())));
    }
    projection = new MessageType(file.getName(), types.stream().distinct().toList());
    reader.setRequestedSchema(projection);
    descriptors =
        types.stream()
            .map(type -> ParquetColumns.leaves(projection, type.getName()).get(0))
            .toArray(ColumnDescriptor[]::new);
    columns = new ColumnReader[descriptors.length];
    groups = reader.getRowGroups();
    long rows = reader.getRecordCount();
    if (to > rows) {
      throw new InputException(
          path + ": rows " + from + " to " + to + " are needed, the file has " + rows);
    }
    this.to = to < 0 ? rows : to;
    seek(from);
  }

  private void seek(long from) {
    while (group < groups.size() && groupEnd + groups.get(group).getRowCount() <= from) {
      groupEnd += groups.get(group).getRowCount();
      group++;
    }
    row = groupEnd;
    if (from < to) {
      guarded(
          () -> {
            openGroup(from);
            while (row < from) {
              for (int i = 0; i < columns.length; i++) {
                skip(i);
              }
              row++;
            }
          });
    }
    row = Math.max(row, from);
  }

  @Override
  public boolean hasNext() {
    return row < to;
  }

  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException("row " + row + " of " + path);
    }
    Object[] values = new Object[columns.length];
    guarded(
        () -> {
          nextGroupIfNeeded();
          for (int i = 0; i < columns.length; i++) {
            values[i] = value(i);
          }
        });
    row++;
    return rowType.cast(schema.row(values));
  }

  private interface Reading {
    void run() throws IOException;
  }

  private void guarded(Reading reading) {
    try {
      reading.run();
    } catch (IOException e) {
      if (ParquetFiles.isDecoding(e)) {
        throw ParquetFiles.corrupt(path, e);
      }
      throw new UncheckedIOException(e);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw ParquetFiles.isDecoding(e) ? ParquetFiles.corrupt(path, e) : e;
    }
  }

  private void nextGroupIfNeeded() throws IOException {
    while (row >= groupEnd) {
      openGroup(groupEnd);
    }
  }

  /** Opens the next row group at or, where pages begin elsewhere, shortly before a row of it. */
  private void openGroup(long from) throws IOException {
    if (group == groups.size()) {
      throw new InputException(path + ": ends at row " + row + " of " + to);
    }
    BlockMetaData block = groups.get(group);
    RowRanges wanted = pagesOf(block, from - groupEnd, to - groupEnd);
    PageReadStore pages = reader.readFilteredRowGroup(group, wanted);
    row = groupEnd + wanted.iterator().nextLong();
    if (row > from) {
      throw new InputException(path + ": its page index lacks row " + from);
    }
    groupEnd += block.getRowCount();
    group++;
    ColumnReadStore store =
        new ColumnReadStoreImpl(
            pages, NO_CONVERTER, projection, reader.getFileMetaData().getCreatedBy());
    for (int i = 0; i < columns.length; i++) {
      columns[i] = store.getColumnReader(descriptors[i]);
    }
  }

  /**
   * The rows of those pages that have rows [from, to) of a row group, so that a part in the middle
   * of a large group reads and decodes little else. Pages are those of the column that has most;
   * Parquet aligns the others. A file without offset indexes is read group by group.
   */
  private RowRanges pagesOf(BlockMetaData block, long from, long to) throws IOException {
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
    if (finest == null || (from == 0 && to >= rows)) {
      return RowRanges.createSingle(rows);
    }
    OffsetIndex index = finest;
    return RowRanges.create(
        rows,
        IntStream.range(0, index.getPageCount())
            .filter(
                page ->
                    index.getFirstRowIndex(page) < to && index.getLastRowIndex(page, rows) >= from)
            .iterator(),
        index);
  }

  private Object value(int i) {
    RowSchema.Field field = schema.fields().get(i);
    return field.type().isArray() ? array(field, i) : scalar(field.type(), i);
  }

  private Object scalar(ColumnType type, int i) {
    ColumnReader column = columns[i];
    requireValue(i);
    PrimitiveTypeName stored = descriptors[i].getPrimitiveType().getPrimitiveTypeName();
    Object value =
        switch (type) {
          case LONG ->
              stored == PrimitiveTypeName.INT32 ? (long) column.getInteger() : column.getLong();
          case INT -> column.getInteger();
          case FLOAT -> column.getFloat();
          case DOUBLE ->
              stored == PrimitiveTypeName.FLOAT ? (double) column.getFloat() : column.getDouble();
          case BOOLEAN -> column.getBoolean();
          case STRING -> column.getBinary().toStringUsingUTF8();
          case BINARY -> column.getBinary().getBytes();
          default -> throw new IllegalStateException("not a scalar: " + type);
        };
    column.consume();
    return value;
  }

  private void requireValue(int i) {
    ColumnReader column = columns[i];
    if (column.getCurrentDefinitionLevel() < descriptors[i].getMaxDefinitionLevel()) {
      throw new InputException(
          path + ": column " + descriptors[i].getPath()[0] + " is null in row " + row);
    }
  }

  private Object array(RowSchema.Field field, int i) {
    return switch (field.type()) {
      case INT_ARRAY -> ints(i);
      case FLOAT_ARRAY -> floats(i);
      case STRING_ARRAY -> {
        List<String> strings = strings(i);
        yield field.javaType() == List.class ? strings : strings.toArray(String[]::new);
      }
      default -> throw new IllegalStateException("not an array: " + field.type());
    };
  }

  /** Whether the list at the cursor has no elements; consumes it if so. */
  private boolean consumeEmpty(int i) {
    ColumnReader column = columns[i];
    int max = descriptors[i].getMaxDefinitionLevel();
    if (column.getCurrentDefinitionLevel() == max) {
      return false;
    }
    // Which levels stand for an empty list depends on what the file declares optional. The list
    // itself is null at level 0 if it is
    // optional; a null element is one level short of the top and has the repeated group defined.
    String[] leafPath = descriptors[i].getPath();
    int repeated = 1;
    while (projection.getMaxRepetitionLevel(Arrays.copyOf(leafPath, repeated)) == 0) {
      repeated++;
    }
    int listDefined = projection.getMaxDefinitionLevel(Arrays.copyOf(leafPath, repeated)) - 1;
    if (column.getCurrentDefinitionLevel() != listDefined) {
      requireValue(i);
    }
    column.consume();
    return true;
  }

  private int[] ints(int i) {
    if (consumeEmpty(i)) {
      return new int[0];
    }
    int[] values = new int[64];
    int size = 0;
    do {
      requireValue(i);
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = columns[i].getInteger();
      columns[i].consume();
    } while (columns[i].getCurrentRepetitionLevel() > 0);
    return Arrays.copyOf(values, size);
  }

  private float[] floats(int i) {
    if (consumeEmpty(i)) {
      return new float[0];
    }
    float[] values = new float[64];
    int size = 0;
    do {
      requireValue(i);
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = columns[i].getFloat();
      columns[i].consume();
    } while (columns[i].getCurrentRepetitionLevel() > 0);
    return Arrays.copyOf(values, size);
  }

  private List<String> strings(int i) {
    List<String> values = new ArrayList<>();
    if (consumeEmpty(i)) {
      return values;
    }
    do {
      requireValue(i);
      values.add(columns[i].getBinary().toStringUsingUTF8());
      columns[i].consume();
    } while (columns[i].getCurrentRepetitionLevel() > 0);
    return values;
  }

  private void skip(int i) {
    ColumnReader column = columns[i];
    do {
      if (column.getCurrentDefinitionLevel() == descriptors[i].getMaxDefinitionLevel()) {
        column.skip();
      }
      column.consume();
    } while (column.getCurrentRepetitionLevel() > 0);
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
