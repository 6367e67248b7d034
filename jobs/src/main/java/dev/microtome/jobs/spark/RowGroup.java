package dev.microtome.jobs.spark;

import dev.microtome.table.ColumnType;
import dev.microtome.table.RowSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Rows that become a row group of a file: pages in memory, column by column. */
final class RowGroup implements AutoCloseable {
  private final ColumnChunkPageWriteStore pages;
  private final ColumnWriteStore scalars;
  private final List<VectorColumn> vectors = new ArrayList<>();
  private final List<Column> columns = new ArrayList<>();
  private long rows;

  /** One column: takes its value out of a row. */
  private interface Column {
    void write(Record row);
  }

  RowGroup(RowSchema schema, ParquetProperties properties, PageCompressor compressor) {
    MessageType all = ParquetSchemas.of(schema);
    pages =
        new ColumnChunkPageWriteStore(
            compressor,
            all,
            HeapByteBufferAllocator.getInstance(),
            properties.getColumnIndexTruncateLength(),
            properties.getPageWriteChecksumEnabled());
    List<Type> others = new ArrayList<>(all.getFields());
    for (RowSchema.Field field : schema.fields()) {
      if (isVector(field)) {
        others.remove(all.getType(field.name()));
      }
    }
    scalars = properties.newColumnWriteStore(new MessageType(all.getName(), others), pages, pages);
    for (RowSchema.Field field : schema.fields()) {
      ColumnDescriptor leaf = all.getColumnDescription(ParquetSchemas.leaf(field));
      columns.add(isVector(field) ? vector(field, leaf) : column(field, leaf));
    }
  }

  private static boolean isVector(RowSchema.Field field) {
    return field.type() == ColumnType.BINARY || field.type() == ColumnType.FLOAT_ARRAY;
  }

  private Column vector(RowSchema.Field field, ColumnDescriptor leaf) {
    VectorColumn vector = new VectorColumn(leaf, pages.getPageWriter(leaf));
    vectors.add(vector);
    return field.type() == ColumnType.BINARY
        ? row -> vector.write((byte[]) value(field, row))
        : row -> vector.write((float[]) value(field, row));
  }

  private Column column(RowSchema.Field field, ColumnDescriptor leaf) {
    ColumnWriter writer = scalars.getColumnWriter(leaf);
    return switch (field.type()) {
      case LONG -> row -> writer.write((long) value(field, row), 0, 0);
      case INT -> row -> writer.write((int) value(field, row), 0, 0);
      case FLOAT -> row -> writer.write((float) value(field, row), 0, 0);
      case DOUBLE -> row -> writer.write((double) value(field, row), 0, 0);
      case BOOLEAN -> row -> writer.write((boolean) value(field, row), 0, 0);
      case STRING -> row -> writer.write(Binary.fromString((String) value(field, row)), 0, 0);
      case INT_ARRAY -> row -> ints(writer, (int[]) value(field, row));
      case STRING_ARRAY ->
          row -> {
            Object value = value(field, row);
            strings(writer, value instanceof String[] array ? List.of(array) : (List<?>) value);
          };
      case BINARY, FLOAT_ARRAY -> throw new IllegalArgumentException(field.name());
    };
  }

  private static Object value(RowSchema.Field field, Record row) {
    Object value = field.value(row);
    if (value == null) {
      throw new IllegalArgumentException("column " + field.name() + " of a row is null: " + row);
    }
    return value;
  }

  private static void ints(ColumnWriter writer, int[] values) {
    if (values.length == 0) {
      writer.writeNull(0, 0);
    }
    for (int i = 0; i < values.length; i++) {
      writer.write(values[i], Math.min(i, 1), 1);
    }
  }

  private static void strings(ColumnWriter writer, List<?> values) {
    if (values.isEmpty()) {
      writer.writeNull(0, 0);
    }
    for (int i = 0; i < values.size(); i++) {
      writer.write(Binary.fromString((String) values.get(i)), Math.min(i, 1), 1);
    }
  }

  void write(Record row) {
    for (Column column : columns) {
      column.write(row);
    }
    scalars.endRecord();
    rows++;
  }

  long rows() {
    return rows;
  }

  /** Bytes in memory. */
  long bufferedBytes() {
    long bytes = scalars.getBufferedSize();
    for (VectorColumn vector : vectors) {
      bytes += vector.bufferedBytes();
    }
    return bytes;
  }

  /** Writes the group, if it has rows. */
  void writeTo(ParquetFileWriter file) throws IOException {
    if (rows == 0) {
      return;
    }
    scalars.flush();
    vectors.forEach(VectorColumn::flush);
    file.startBlock(rows);
    pages.flushToFileWriter(file);
    file.endBlock();
  }

  @Override
  public void close() {
    scalars.close();
    pages.close();
  }
}
