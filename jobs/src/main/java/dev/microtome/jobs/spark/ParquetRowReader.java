package dev.microtome.jobs.spark;

import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.ColumnType;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Rows of one Parquet file, column by column through Parquet's column readers, one row group in
 * memory at a time.
 */
final class ParquetRowReader<R extends Record> implements RowReader<R> {
  private final String path;
  private final RowSchema schema;
  private final Class<R> rowType;
  private final MessageType projection;
  private final ColumnDescriptor[] descriptors;
  private final ColumnReader[] columns;
  private final ParquetGroups groups;
  private final long to;
  private long row;

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
    descriptors =
        types.stream()
            .map(type -> ParquetColumns.leaves(projection, type.getName()).get(0))
            .toArray(ColumnDescriptor[]::new);
    columns = new ColumnReader[descriptors.length];
    long rows = reader.getRecordCount();
    if (to > rows) {
      throw new InputException(
          path + ": rows " + from + " to " + to + " are needed, the file has " + rows);
    }
    this.to = to < 0 ? rows : to;
    groups = new ParquetGroups(path, reader, projection, from, this.to);
    seek(from);
  }

  private void seek(long from) {
    row = groups.end();
    if (from < to) {
      ParquetFiles.guarded(
          path,
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
    ParquetFiles.guarded(
        path,
        () -> {
          nextGroupIfNeeded();
          for (int i = 0; i < columns.length; i++) {
            values[i] = value(i);
          }
        });
    row++;
    return rowType.cast(schema.row(values));
  }

  private void nextGroupIfNeeded() throws IOException {
    while (row >= groups.end()) {
      openGroup(groups.end());
    }
  }

  private void openGroup(long from) throws IOException {
    ColumnReadStore store = groups.open(from);
    row = groups.row();
    for (int i = 0; i < columns.length; i++) {
      columns[i] = store.getColumnReader(descriptors[i]);
    }
  }

  private Object value(int i) {
    RowSchema.Field field = schema.fields().get(i);
    if (field.nullable() && isNull(i)) {
      columns[i].consume();
      return null;
    }
    return field.type().isArray() ? array(field, i) : scalar(field.type(), i);
  }

  private Object scalar(ColumnType type, int i) {
    ColumnReader column = columns[i];
    requireValue(i);
    PrimitiveTypeName stored = descriptors[i].getPrimitiveType().getPrimitiveTypeName();
    Object value =
        switch (type) {
          case LONG -> whole(i);
          case INT -> integer(i);
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

  /** The whole number at the cursor, stored as an int or a long, with a sign or without. */
  private long whole(int i) {
    PrimitiveType stored = descriptors[i].getPrimitiveType();
    boolean signed = ParquetColumns.hasSign(stored);
    if (stored.getPrimitiveTypeName() == PrimitiveTypeName.INT32) {
      int value = columns[i].getInteger();
      return signed ? value : Integer.toUnsignedLong(value);
    }
    long value = columns[i].getLong();
    if (!signed && value < 0) {
      throw outOfRange(i, Long.toUnsignedString(value), Long.MIN_VALUE, Long.MAX_VALUE);
    }
    return value;
  }

  private int integer(int i) {
    long value = whole(i);
    if (value != (int) value) {
      throw outOfRange(i, Long.toString(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private RejectedContentException outOfRange(int i, String value, long smallest, long largest) {
    return new RejectedContentException(
        "%s: column %s is %s in row %d, expected a whole number from %d to %d"
            .formatted(path, descriptors[i].getPath()[0], value, row, smallest, largest));
  }

  private void requireValue(int i) {
    if (isNull(i)) {
      throw new InputException(
          path + ": column " + descriptors[i].getPath()[0] + " is null in row " + row);
    }
  }

  private boolean isNull(int i) {
    return columns[i].getCurrentDefinitionLevel() < descriptors[i].getMaxDefinitionLevel();
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
      values[size++] = integer(i);
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
    groups.close();
  }
}
